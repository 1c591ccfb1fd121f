// The exporters for spans: the official ones, of OTLP by its default protocol and of the console.
import { reportProblem } from '../core/problem.ts';
import { loadTrace, loadTraceProtobuf } from './otel-packages.ts';
import { otlpAgent } from './otlp-agent.ts';
import type { OtlpOptions } from './otlp.ts';
import type { SpanTarget } from './push-target.ts';
import { releaseProcess } from './release-process.ts';

const consoleSpans: SpanTarget = {
  name: 'console',
  open: () => new (loadTrace().ConsoleSpanExporter)(),
};

/** The targets by the names of the exporters. */
export function spansTo(exporters: readonly string[], otlp: OtlpOptions): SpanTarget[] {
  const targets = { console: () => [consoleSpans], otlp: () => otlpSpans(otlp) };
  return exporters.flatMap((name) => targets[name as keyof typeof targets]?.() ?? []);
}

/** Empty, and told of, where the protocol is another one. */
function otlpSpans(options: OtlpOptions): SpanTarget[] {
  if (options.protocol !== 'http/protobuf') {
    reportProblem(
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
      `spans go by http/protobuf, not by ${options.protocol}; they are not exported`,
    );
    return [];
  }
  return [{ name: 'otlp', open: (state) => openOtlpSpans(options, state) }];
}

function openOtlpSpans(options: OtlpOptions, state: Parameters<SpanTarget['open']>[0]): ReturnType<SpanTarget['open']> {
  const { url, headers, timeoutMillis, compression } = options;
  type Config = NonNullable<ConstructorParameters<ReturnType<typeof loadTraceProtobuf>['OTLPTraceExporter']>[0]>;
  const exporter = new (loadTraceProtobuf().OTLPTraceExporter)({
    url,
    timeoutMillis,
    compression: compression as unknown as NonNullable<Config['compression']>,
    headers: { ...headers },
    httpAgentOptions: (protocol) => otlpAgent(protocol, options),
  });
  releaseProcess(exporter, state);
  return exporter;
}
