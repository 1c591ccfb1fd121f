// The object through which every copy of @opentelemetry/api finds what is registered: ours, fit for all of API 1.
//
// A copy takes the global object for usable if its minor version is not below the copy's own, yet registers something
// only if the version is exactly its own. So the object says a version above all others, and while a copy registers,
// which shows in the object being assigned to the global again, it says that copy's. Measured: a look-up through the
// accessor costs 10 to 15 ns more than one of a plain property.
import type { ContextManager, DiagLogger, MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { messageOf, reportProblem } from '../core/problem.ts';
import { apiVersionAt } from './api-version.ts';

/** What copies of the API look up, by the names that they look for. */
export interface Registrations {
  trace?: TracerProvider | undefined;
  context?: ContextManager | undefined;
  propagation?: TextMapPropagator | undefined;
  metrics?: MeterProvider | undefined;
  diag?: DiagLogger | undefined;
  logs?: object | undefined;
}

export type ApiName = keyof Registrations;

/** Told after somebody registered something, be it in place of what was offered. */
export type RegistrationListener = (name: ApiName) => void;

const NAMES: readonly ApiName[] = ['trace', 'context', 'propagation', 'metrics', 'diag', 'logs'];
const KEY = Symbol.for('opentelemetry.js.api.1');
const ABOVE_EVERY_VERSION = '1.999.0';
/** Tried where a copy's version is not to be found: that of two years of releases. */
const LIKELY_VERSION = '1.9.0';
const SUBJECT = '@opentelemetry/api';

type Global = { [KEY]?: SharedApi | undefined };
type SharedApi = Registrations & { version: string };

export class GlobalApi {
  readonly #api: SharedApi = { version: ABOVE_EVERY_VERSION };
  /** What is ours and gives way to the application. */
  readonly #offered = new Set<ApiName>();
  readonly #listener: RegistrationListener;
  /** What was registered before the copy that is registering now; undefined while none is. */
  #before: Registrations | undefined = undefined;

  constructor(listener: RegistrationListener) {
    this.#listener = listener;
  }

  /** Becomes the global object and takes over what was registered before. Without success nothing is seen or offered. */
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
          else stepAside(api);
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

  /** What is registered now, by whomever. */
  get registered(): Readonly<Registrations> {
    return this.#api;
  }

  /** Registers something unless the application has; if it does so later, the application's takes its place. */
  offer<Name extends ApiName>(name: Name, instance: Registrations[Name]): boolean {
    if (this.#api[name] !== undefined) return false;
    this.set(name, instance);
    this.#offered.add(name);
    return true;
  }

  /** Takes back what was offered, if it still stands. */
  withdraw(name: ApiName): void {
    if (this.#offered.delete(name)) this.set(name, undefined);
  }

  /** Registers something without a question, and for good. */
  set<Name extends ApiName>(name: Name, instance: Registrations[Name]): void {
    const registrations: Registrations = this.#api;
    registrations[name] = instance;
  }

  #beginRegistration(): void {
    this.#before = { ...this.#api };
    for (const name of this.#offered) this.set(name, undefined);
    this.#api.version = versionOfRegistrar();
  }

  /** Runs at the next look-up, which every copy makes right after it has registered something, to log it. */
  #endRegistration(before: Registrations): void {
    this.#before = undefined;
    this.#api.version = ABOVE_EVERY_VERSION;
    for (const name of NAMES) {
      if (this.#api[name] === before[name]) continue;
      if (this.#api[name] === undefined) this.set(name, before[name]);
      else this.#follow(name);
    }
  }

  #follow(name: ApiName): void {
    this.#offered.delete(name);
    try {
      this.#listener(name);
    } catch (error) {
      reportProblem(SUBJECT, `a registration of ${name} could not be followed: ${messageOf(error)}`);
    }
  }
}

/** Somebody put another object in our place: theirs is the word that counts. */
function stepAside(api: SharedApi | undefined): void {
  Object.defineProperty(globalThis, KEY, { configurable: true, enumerable: true, writable: true, value: api });
}

/** The frames below are this function, #beginRegistration, the setter, and then the copy that assigns. */
function versionOfRegistrar(): string {
  const site = process.getBuiltinModule('node:util').getCallSites(4)[3];
  const version = site === undefined ? undefined : apiVersionAt(site);
  if (version !== undefined) return version;
  reportProblem(
    SUBJECT,
    `the version of the copy in ${site?.scriptName ?? 'unknown code'} is not to be found; what it registers may be refused unless it is ${LIKELY_VERSION}`,
  );
  return LIKELY_VERSION;
}
