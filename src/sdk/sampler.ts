// Makes the sampler that `OTEL_TRACES_SAMPLER` names, by the environment variable specification 1.59.
import type { Sampler } from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import type { TraceSdk } from './otel-packages.ts';

type SamplerName = Config['traces']['sampler'];

export function samplerOf(sdk: TraceSdk, name: SamplerName, ratio: number): Sampler {
  const { AlwaysOnSampler, AlwaysOffSampler, TraceIdRatioBasedSampler, ParentBasedSampler } = sdk;
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const [, parentBased, rootName = ''] = /^(parentbased_)?(.+)$/.exec(name) ?? [];
  const root = (roots[rootName] ?? roots['always_on']!)();
  return parentBased === undefined ? root : new ParentBasedSampler({ root });
}
