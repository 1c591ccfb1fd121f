// The exporters of spans: the official ones, of OTLP by http/protobuf and of the console.
import type { OtlpTarget } from '../config/otlp-target.ts';
import { loadTrace, loadTraceProtobuf } from './otel-packages.ts';
import { otlpAgent } from './otlp-agent.ts';
import type { SpanTarget } from './push-target.ts';
import { releaseProcess } from './release-process.ts';

export const consoleSpans: SpanTarget = {
  name: 'console',
  isBatched: false,
  open: () => new (loadTrace().ConsoleSpanExporter)(),
};

type OtlpConfig = NonNullable<ConstructorParameters<ReturnType<typeof loadTraceProtobuf>['OTLPTraceExporter']>[0]>;

/** The configuration has refused every protocol but http/protobuf. */
export function otlpSpans(target: OtlpTarget): SpanTarget {
  const { url, headers, timeoutMillis, compression } = target;
  return {
    name: 'otlp',
    isBatched: true,
    open(state) {
      const exporter = new (loadTraceProtobuf().OTLPTraceExporter)({
        url,
        timeoutMillis,
        compression: compression as unknown as NonNullable<OtlpConfig['compression']>,
        headers: { ...headers },
        httpAgentOptions: (protocol) => otlpAgent(protocol, target),
      });
      releaseProcess(exporter, state);
      return exporter;
    },
  };
}
