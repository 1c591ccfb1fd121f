// The global object through which every copy of @opentelemetry/api finds what is registered, for all versions of API 1.
//
// A copy uses the global object if its minor version is not below the copy's own, but registers something only if the
// version is exactly its own. So the object has a version above all others, and the copy's version while that copy
// registers, which it begins by assigning the object to the global again. Measured: a look-up through the accessor costs
// 10 to 15 ns more than one of a plain property.
import type { ContextManager, DiagLogger, MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { messageOf, reportProblem } from '../core/problem.ts';
import { apiVersionAt } from './api-version.ts';

/** What copies of the API look up, by their names for it. */
export interface Registrations {
  trace?: TracerProvider | undefined;
  context?: ContextManager | undefined;
  propagation?: TextMapPropagator | undefined;
  metrics?: MeterProvider | undefined;
  diag?: DiagLogger | undefined;
  logs?: object | undefined;
}

export type ApiName = keyof Registrations;

/** Called after something was registered, also in place of what was offered. */
export type RegistrationListener = (name: ApiName) => void;

const NAMES: readonly ApiName[] = ['trace', 'context', 'propagation', 'metrics', 'diag', 'logs'];
const KEY = Symbol.for('opentelemetry.js.api.1');
const ABOVE_EVERY_VERSION = '1.999.0';
/** Assumed where a copy's version is not found: the version of two years of releases. */
const LIKELY_VERSION = '1.9.0';
const SUBJECT = '@opentelemetry/api';

type Global = { [KEY]?: SharedApi | undefined };
type SharedApi = Registrations & { version: string };

export class GlobalApi {
  readonly #api: SharedApi = { version: ABOVE_EVERY_VERSION };
  /** What promtel has registered until the application registers its own. */
  readonly #offered = new Set<ApiName>();
  readonly #listener: RegistrationListener;
  /** What was registered before the registration that is under way; undefined while none is. */
  #before: Registrations | undefined = undefined;

  constructor(listener: RegistrationListener) {
    this.#listener = listener;
  }

  /** Installs the global object and takes over what was registered before. Returns whether that succeeded. */
  install(): boolean {
    try {
      const before = (globalThis as Global)[KEY];
      for (const name of NAMES) if (before?.[name] !== undefined) this.set(name, before[name]);
      Object.defineProperty(globalThis, KEY, {
        configurable: true,
        enumerable: true,
        get: () => {
          if (this.#before !== undefined) this.#endRegistration(this.#before);
          return this.#api;
        },
        set: (api: SharedApi | undefined) => {
          if (api === this.#api) this.#beginRegistration();
          else replaceWith(api);
        },
      });
      return true;
    } catch (error) {
      reportProblem(
        SUBJECT,
        `its global object cannot be replaced (${messageOf(error)}); what the application records with it is not exported`,
      );
      return false;
    }
  }

  /** What is registered now, by promtel or the application. */
  get registered(): Readonly<Registrations> {
    return this.#api;
  }

  /** Registers something unless the application has; a later registration of the application replaces it. */
  offer<Name extends ApiName>(name: Name, instance: Registrations[Name]): boolean {
    if (this.#api[name] !== undefined) return false;
    this.set(name, instance);
    this.#offered.add(name);
    return true;
  }

  /** Removes what was offered, unless the application has replaced it. */
  withdraw(name: ApiName): void {
    if (this.#offered.delete(name)) this.set(name, undefined);
  }

  /** Registers something in place of whatever is registered. */
  set<Name extends ApiName>(name: Name, instance: Registrations[Name]): void {
    const registrations: Registrations = this.#api;
    registrations[name] = instance;
  }

  #beginRegistration(): void {
    this.#before = { ...this.#api };
    for (const name of this.#offered) this.set(name, undefined);
    this.#api.version = versionOfRegistrar();
  }

  /** Runs at the next look-up, which every copy makes right after a registration in order to log it. */
  #endRegistration(before: Registrations): void {
    this.#before = undefined;
    this.#api.version = ABOVE_EVERY_VERSION;
    for (const name of NAMES) {
      if (this.#api[name] === before[name]) continue;
      if (this.#api[name] === undefined) this.set(name, before[name]);
      else this.#notify(name);
    }
  }

  #notify(name: ApiName): void {
    this.#offered.delete(name);
    try {
      this.#listener(name);
    } catch (error) {
      reportProblem(SUBJECT, `a registration of ${name} could not be handled: ${messageOf(error)}`);
    }
  }
}

/** Another object was assigned to the global: it counts from now on. */
function replaceWith(api: SharedApi | undefined): void {
  Object.defineProperty(globalThis, KEY, { configurable: true, enumerable: true, writable: true, value: api });
}

/** The call sites are this function, #beginRegistration, the setter, and then the copy that assigns. */
function versionOfRegistrar(): string {
  const site = process.getBuiltinModule('node:util').getCallSites(4)[3];
  const version = site === undefined ? undefined : apiVersionAt(site);
  if (version !== undefined) return version;
  reportProblem(
    SUBJECT,
    `the version of the copy in ${site?.scriptName ?? 'unknown code'} is not found; what it registers may be refused unless it is ${LIKELY_VERSION}`,
  );
  return LIKELY_VERSION;
}
