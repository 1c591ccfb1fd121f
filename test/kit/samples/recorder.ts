// Tests of a recorder alone: a registry and an attachment for it, and the series that it has recorded.
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { attach } from '../../../src/hooks/attach.ts';
import type { Attachment } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';

/** A series as it is compared: its attributes, its value, and of a histogram the sum. */
export type Series = Readonly<Record<string, unknown>>;

/** The series of a metric, in the order in which they were made. */
export function seriesOf(registry: Registry, metric: string): Series[] {
  return samplesOf(registry)
    .filter(({ name }) => name === metric)
    .map(({ attributes, value, sum }) => ({ ...attributes, value, ...(sum === undefined ? {} : { sum }) }));
}

export interface AttachedRecorder<Recorder> {
  readonly recorder: Recorder;
  /** Collects, and gives the series of a metric. */
  collect(metric: string): Promise<Series[]>;
  detach(): void;
}

/** How many were attached, each by a name of its own: an instrumentation is attached once. */
let attachedCount = 0;

/** Makes a recorder that is given an attachment, as an instrumentation makes it. */
export function attachRecorder<Recorder>(
  make: (attachment: Attachment) => Recorder,
  registry: Registry = new Registry(),
): AttachedRecorder<Recorder> {
  let recorder: Recorder | undefined;
  attachedCount += 1;
  const instrumentation = {
    name: `test ${attachedCount}`,
    target: { package: 'node', versions: '*' },
    metrics: [],
    attach(attachment: Attachment) {
      recorder = make(attachment);
    },
  };
  const attached = attach(instrumentation, registry, SETTINGS);
  if (recorder === undefined) throw new Error(attached.failure);
  return {
    recorder,
    async collect(metric) {
      await registry.collect();
      return seriesOf(registry, metric);
    },
    detach: () => attached.detach(),
  };
}
