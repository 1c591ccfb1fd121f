// The official instrumentations of node:http and Express: they make the spans. What they measure promtel measures itself.
//
// Both measure the duration of requests. promtel's own reading stays in charge while they trace, since it also knows what
// the official one does not: clients that leave, upgrades, HTTP/2, the error codes of requests sent. So the series are the
// same with and without tracing, and not just alike.
import type { Span } from '@opentelemetry/api';
import { onEsModule } from '../core/es-module-hook.ts';
import { isOwnAgent } from '../core/own-agent.ts';
import { isOwnServer } from '../core/own-server.ts';
import { pathOf } from '../core/request-path.ts';
import { routeOf } from '../core/route.ts';
import { loadExpressInstrumentation, loadHttpInstrumentation, requireModule } from './load.ts';

export interface OfficialOptions {
  /** Whether an instrumentation is wanted, by its name in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. */
  readonly isEnabled: (name: string) => boolean;
  /** Whether requests to a path are left out. */
  readonly ignoresPath: (path: string) => boolean;
}

/** Patches what the application is about to load; the function returned takes that back. */
export function patchOfficially({ isEnabled, ignoresPath }: OfficialOptions): () => void {
  const undo: (() => void)[] = [];
  const use = (instrumentation: { disable(): void }): unknown => undo.push(() => instrumentation.disable());
  if (isEnabled('http')) {
    const { HttpInstrumentation } = loadHttpInstrumentation();
    use(
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => isOwnServer(serverOf(request.socket)) || ignoresPath(pathOf(request.url)),
        ignoreOutgoingRequestHook: ({ agent }) => isOwnAgent(agent),
        applyCustomAttributesOnSpan: (span, request) => nameAfterRoute(span, request),
      }),
    );
    for (const name of ['http', 'https']) requireModule(name);
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  }
  if (isEnabled('express')) {
    use(new (loadExpressInstrumentation().ExpressInstrumentation)());
    // It sees what is required, and an ES module finds what was required before.
    undo.push(onEsModule({ package: 'express', file: 'index.js' }, () => {}));
  }
  return () => {
    for (const step of undo) step();
    process.getBuiltinModule('node:module').syncBuiltinESMExports();
  };
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
