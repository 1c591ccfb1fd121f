// The official instrumentations of node:http and Express: they make the spans. What they measure promtel measures itself.
//
// Both measure the duration of requests. promtel's own reading stays in charge while they trace, since it also knows what
// the official one does not: clients that leave, upgrades, HTTP/2, the error codes of requests sent. So the series are the
// same with and without tracing, and not just alike.
import type { Span } from '@opentelemetry/api';
import { pathOf } from '../core/http/request-path.ts';
import { routeOf } from '../core/http/route.ts';
import { isInternalAgent, isInternalServer } from '../core/internal-traffic.ts';
import { onEsModule } from '../hooks/modules/es-module-hook.ts';
import { loadExpressInstrumentation, loadHttpInstrumentation, requireModule } from './otel-packages.ts';

export interface OfficialOptions {
  /** Whether an instrumentation is wanted, by its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly isEnabled: (name: string) => boolean;
  /** Whether requests to a path are left out. */
  readonly ignoresPath: (path: string) => boolean;
}

/**
 * Patches what the application is about to load; the function returned takes that back, unless an instrumentation of the
 * application's own has taken the place of ours.
 */
export function patchOfficially(options: OfficialOptions): () => void {
  const undo = [options.isEnabled('http') ? patchHttp(options) : [], options.isEnabled('express') ? patchExpress() : []].flat();
  return () => {
    for (const step of undo) step();
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  };
}

type Undo = () => void;

function patchHttp({ ignoresPath }: OfficialOptions): Undo[] {
  const { HttpInstrumentation } = loadHttpInstrumentation();
  const instrumentation = new HttpInstrumentation({
    ignoreIncomingRequestHook: (request) => isInternalServer(serverOf(request.socket)) || ignoresPath(pathOf(request.url)),
    ignoreOutgoingRequestHook: ({ agent }) => isInternalAgent(agent),
    applyCustomAttributesOnSpan: (span, request) => nameAfterRoute(span, request),
  });
  instrumentation.enable();
  // It patches a module when that is required; ES modules see it only if they are told.
  const modules = ['http', 'https'].map((name) => requireModule(name) as typeof import('node:http'));
  process.getBuiltinModule('node:module').syncBuiltinESMExports();
  return modules.flatMap((module) => [
    unwrapping(module, 'request'),
    unwrapping(module, 'get'),
    unwrapping(module.Server.prototype, 'emit'),
  ]);
}

/** A function that the official instrumentations have put in the place of another. */
interface Wrapped {
  /** Puts the other one back, if this one is still in its place. */
  __unwrap(): void;
}

function unwrapping<Name extends string>(holder: Readonly<Record<Name, unknown>>, name: Name): Undo {
  const wrapped = holder[name] as Partial<Wrapped>;
  return () => wrapped.__unwrap?.();
}

function patchExpress(): Undo[] {
  const instrumentation = new (loadExpressInstrumentation().ExpressInstrumentation)();
  // It sees what is required, and an ES module finds what was required before.
  return [() => instrumentation.disable(), onEsModule({ package: 'express', file: 'index.js', isCommonJs: true }, () => {})];
}

function serverOf(socket: object): object {
  return (socket as { readonly server?: object }).server ?? socket;
}

/** The route as every framework tells it; the official instrumentation knows that of Express alone. */
function nameAfterRoute(span: Span, request: object): void {
  const route = routeOf(request);
  if (route === undefined) return;
  span.setAttribute('http.route', route);
  span.updateName(`${(request as { readonly method?: string }).method ?? 'GET'} ${route}`);
}
