// Enables the official instrumentations of node:http and Express, which make the spans; promtel measures the metrics itself.
//
// They measure the duration of requests too. promtel's own instrumentation stays in charge, since it also records what the
// official one does not: aborted requests, upgrades, HTTP/2, the error codes of requests sent. So the series are the same
// with and without tracing.
import type { Span } from '@opentelemetry/api';
import { pathOf } from '../core/http/request-path.ts';
import { routeOf } from '../core/http/route.ts';
import { isInternalAgent, isInternalServer } from '../core/internal-traffic.ts';
import type { Undo } from '../hooks/instrumentation.ts';
import { onEsModule } from '../hooks/modules/es-module-hook.ts';
import { undoAll } from '../hooks/undo-all.ts';
import { loadExpressInstrumentation, loadHttpInstrumentation, requireModule } from './otel-packages.ts';

export interface OfficialInstrumentationOptions {
  /** Whether an instrumentation is enabled, by its name in the settings. */
  readonly isEnabled: (name: string) => boolean;
  /** Whether requests to a path are ignored. */
  readonly ignoresPath: (path: string) => boolean;
}

/**
 * Patches what the application is about to load.
 *
 * @returns what undoes the patches, except those that an instrumentation of the application has replaced
 */
export function enableOfficialInstrumentations(options: OfficialInstrumentationOptions): () => void {
  const undo = undoAll([
    ...(options.isEnabled('http') ? patchHttp(options) : []),
    ...(options.isEnabled('express') ? patchExpress() : []),
  ]);
  return () => {
    undo();
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  };
}

function patchHttp({ ignoresPath }: OfficialInstrumentationOptions): Undo[] {
  const { HttpInstrumentation } = loadHttpInstrumentation();
  const instrumentation = new HttpInstrumentation({
    ignoreIncomingRequestHook: (request) => isInternalServer(serverOf(request.socket)) || ignoresPath(pathOf(request.url)),
    ignoreOutgoingRequestHook: ({ agent }) => isInternalAgent(agent),
    applyCustomAttributesOnSpan: (span, request) => setRoute(span, request),
  });
  instrumentation.enable();
  // It patches a module when that is required; ES modules see the patch after they are synchronized.
  const modules = ['http', 'https'].map((name) => requireModule(name) as typeof import('node:http'));
  process.getBuiltinModule('node:module').syncBuiltinESMExports();
  return modules.flatMap((module) => [
    unwrapLater(module, 'request'),
    unwrapLater(module, 'get'),
    unwrapLater(module.Server.prototype, 'emit'),
  ]);
}

/** A function with which the official instrumentations have replaced another. */
interface Wrapped {
  /** Restores the other one, if this one is still in its place. */
  __unwrap(): void;
}

function unwrapLater<Name extends string>(holder: Readonly<Record<Name, unknown>>, name: Name): Undo {
  const wrapped = holder[name] as Partial<Wrapped>;
  return () => wrapped.__unwrap?.();
}

function patchExpress(): Undo[] {
  const instrumentation = new (loadExpressInstrumentation().ExpressInstrumentation)();
  // It patches what is required; the hook requires what an ES module imports.
  return [() => instrumentation.disable(), onEsModule({ package: 'express', file: 'index.js', isCommonJs: true }, () => {})];
}

function serverOf(socket: object): object {
  return (socket as { readonly server?: object }).server ?? socket;
}

/** The route as reported by any framework; the official instrumentation knows the one of Express only. */
function setRoute(span: Span, request: object): void {
  const route = routeOf(request);
  if (route === undefined) return;
  span.setAttribute('http.route', route);
  span.updateName(`${(request as { readonly method?: string }).method ?? 'GET'} ${route}`);
}
