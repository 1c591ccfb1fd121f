// The page as a whole: what is remembered never shows, both ways to it give the same text, and nothing fails but itself.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { MetricDefinition } from '../../../src/core/metric.ts';
import { exemplars } from '../../../src/core/recording/exemplar.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { negotiate } from '../../../src/exporters/prometheus/format.ts';
import { Page, type Scrape } from '../../../src/exporters/prometheus/page.ts';
import { parseExposition, samplesOf } from '../../kit/samples/parse-exposition.ts';
import {
  AggregationTemporality,
  application,
  metric,
  OPENMETRICS,
  pageOf,
  problemsOf,
  sources,
  TEXT,
  textOf,
} from './sources.ts';

const KEYS = ['http.route', 'kind'];
const DEFINITIONS = {
  counter: metric('shop.orders', 'counter', KEYS, { unit: '{order}', limit: 40 }),
  updowncounter: metric('shop.baskets', 'updowncounter', KEYS, { unit: '{basket}' }),
  gauge: metric('shop.fill', 'gauge', KEYS, { unit: '1' }),
  histogram: metric('shop.order.duration', 'histogram', KEYS, { unit: 's' }),
  /** Its two keys become one label. */
  joined: metric('shop.joined', 'counter', ['a.b', 'a_b']),
};

const anyAttributes = fc.record(
  {
    'http.route': fc.constantFrom('/', '/é/:id', '/"'),
    kind: fc.integer({ min: 0, max: 20 }).map(String),
    'a.b': fc.constantFrom('x', 'x;y'),
  },
  { requiredKeys: [] },
);

const anyAmount = fc.oneof(fc.nat({ max: 10 }), fc.double({ min: 0, max: 1e6, noNaN: true }));

interface Step {
  readonly do: 'record' | 'remove' | 'scrape text' | 'scrape openmetrics' | 'trace' | 'zero';
  readonly kind: keyof typeof DEFINITIONS;
  readonly attributes: Record<string, string>;
  readonly amount: number;
}

const anySteps = fc.array(
  fc.record({
    do: fc.oneof(
      { weight: 20, arbitrary: fc.constant('record') },
      { weight: 2, arbitrary: fc.constant('remove') },
      { weight: 3, arbitrary: fc.constantFrom('scrape text', 'scrape openmetrics') },
      { weight: 1, arbitrary: fc.constantFrom('trace', 'zero') },
    ),
    kind: fc.constantFrom(...(Object.keys(DEFINITIONS) as (keyof typeof DEFINITIONS)[])),
    attributes: anyAttributes,
    amount: anyAmount,
  }),
  { maxLength: 150 },
) as fc.Arbitrary<Step[]>;

function record(registry: Registry, { kind, attributes, amount }: Step): void {
  const instrument = registry.instrument(DEFINITIONS[kind]) as unknown as Record<
    string,
    (amount: number, attributes: object) => void
  >;
  (instrument['record'] ?? instrument['add'] ?? instrument['set'])?.call(instrument, amount, attributes);
}

function remove(registry: Registry, { kind, attributes }: Step): void {
  (registry.instrument(DEFINITIONS[kind]) as { remove(attributes: object): void }).remove(attributes);
}

async function expectAsAnew(page: Page, registry: Registry, accept: string): Promise<void> {
  const anew = new Page({ registry });
  expect(await textOf(page, accept)).toBe(await textOf(anew, accept));
  anew.close();
}

describe('what is remembered from one scrape to the next', () => {
  it('never shows', async () => {
    let traces = 0;
    const traced = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const registry = new Registry();
        const page = new Page({ registry });
        for (const step of steps) {
          if (step.do === 'record') record(registry, step);
          else if (step.do === 'remove') remove(registry, step);
          else if (step.do === 'zero') registry.reset();
          else if (step.do === 'trace') exemplars.source = () => (traces++ % 3 === 0 ? undefined : traced);
          else await expectAsAnew(page, registry, step.do === 'scrape text' ? TEXT : OPENMETRICS);
        }
        exemplars.source = undefined;
        await expectAsAnew(page, registry, TEXT);
        await expectAsAnew(page, registry, OPENMETRICS);
      }),
      { numRuns: 60 },
    );
  });

  it('is for each page by itself, also for more pages than there are bits', async () => {
    const registry = new Registry();
    const counter = registry.instrument(DEFINITIONS.counter);
    const pages = Array.from({ length: 35 }, () => new Page({ registry }));
    for (let round = 1; round < 4; round += 1) {
      counter.add(1);
      for (const page of pages) expect(await textOf(page)).toContain(`shop_orders_total ${round}\n`);
    }
    for (const page of pages) page.close();
    expect(registry.claimReaderBit()).not.toBe(0);
  });

  it('is forgotten when nobody reads that format any more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const registry = new Registry();
    registry.instrument(DEFINITIONS.counter).add(1);
    const page = new Page({ registry });
    await textOf(page, OPENMETRICS);
    const taken = registry.claimReaderBit();
    registry.releaseReaderBit(taken);
    vi.setSystemTime(Date.now() + 11 * 60 * 1000);
    await textOf(page, TEXT);
    // The text has the bit that OpenMetrics had, not one more.
    expect(registry.claimReaderBit()).toBe(taken);
    vi.useRealTimers();
    expect(await textOf(page, OPENMETRICS)).toContain('shop_orders_total 1\n');
  });

  it('has no exemplars any more when a gauge has taken the name that OpenMetrics has for the counter', async () => {
    const recorded = sources();
    exemplars.source = () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' });
    recorded.registry.instrument(metric('jobs', 'counter')).add(1);
    exemplars.source = undefined;
    const page = pageOf(recorded);
    expect(await textOf(page, OPENMETRICS)).toContain('jobs_total 1 # {trace_id=');
    recorded.application.provider.getMeter('app').createGauge('jobs').record(2);
    expect(await textOf(page, OPENMETRICS)).toContain('jobs_total 1\n');
  });

  it('follows the labels of the resource', async () => {
    const registry = new Registry();
    registry.instrument(DEFINITIONS.counter).add(1);
    let resource: Record<string, string> = {};
    const page = new Page({
      registry,
      resourceAttributes: () => resource,
      targetInfo: true,
      isResourceLabel: (key) => key === 'pod',
    });
    expect(await textOf(page)).toContain('shop_orders_total 1');
    resource = { pod: 'a', 'service.name': 'shop' };
    expect(await textOf(page)).toContain('shop_orders_total{pod="a"} 1');
    expect(await textOf(page)).toContain('target_info{pod="a",service_name="shop"} 1');
  });

  it('does not double a series that moves while the page is written', async () => {
    const registry = new Registry();
    const counter = registry.instrument(metric('shop.moves', 'counter', ['kind'], { limit: 100_000 }));
    const attributes = (index: number): object => ({ kind: `${index}` });
    for (let index = 0; index < 30_000; index += 1) counter.add(1, attributes(index));
    const page = new Page({ registry });
    await page.render(negotiate(OPENMETRICS));
    const rendering = page.render(negotiate(TEXT));
    // In the midst of the first writing, which takes many turns of the event loop, the first series becomes the last.
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    counter.remove(attributes(0));
    for (let index = 30_000; index < 30_016; index += 1) counter.add(1, attributes(index));
    counter.add(1, attributes(0));
    const families = parseExposition(Buffer.concat((await rendering).chunks).toString());
    expect(families.get('shop_moves_total')?.samples.length).toBeGreaterThanOrEqual(30_000);
  });
});

describe('what is recorded through the SDK', () => {
  it('has the lines that cells would have', async () => {
    const { joined: _, ...kinds } = DEFINITIONS;
    await fc.assert(
      fc.asyncProperty(anySteps, fc.constantFrom(TEXT, OPENMETRICS), fc.boolean(), async (steps, accept, scopeLabels) => {
        const registry = new Registry();
        const { provider, collect } = application();
        const meter = provider.getMeter('promtel');
        const options = ({ unit, brief: description, buckets = [] }: MetricDefinition): object => ({
          unit,
          description,
          advice: { explicitBucketBoundaries: [...buckets] },
        });
        const foreign = {
          counter: meter.createCounter(kinds.counter.name, options(kinds.counter)),
          updowncounter: meter.createUpDownCounter(kinds.updowncounter.name, options(kinds.updowncounter)),
          gauge: meter.createGauge(kinds.gauge.name, options(kinds.gauge)),
          histogram: meter.createHistogram(kinds.histogram.name, options(kinds.histogram)),
        };
        for (const step of steps.filter(({ kind }) => kind in kinds)) {
          const { 'a.b': _unknown, ...attributes } = step.attributes;
          // The order of the first records is the order of the series in both.
          record(registry, { ...step, attributes });
          const instrument = foreign[step.kind as keyof typeof kinds];
          if ('add' in instrument) instrument.add(step.amount, attributes);
          else instrument.record(step.amount, attributes);
        }
        const own = await textOf(new Page({ registry, scopeLabels }), accept);
        const theirs = await textOf(new Page({ registry: new Registry(), collectOtel: collect, scopeLabels }), accept);
        expect(theirs.split('\n').toSorted()).toEqual(own.split('\n').toSorted());
      }),
      { numRuns: 60 },
    );
  });

  it('is told of when it cannot be shown', async () => {
    const recorded = sources();
    const meter = recorded.application.provider.getMeter('app');
    recorded.registry.instrument(metric('stock', 'gauge')).set(1);
    meter.createHistogram('stock').record(1);
    meter.createGauge('up').record(1);
    const scrapes: Scrape[] = [];
    const page = pageOf(recorded, { onScrape: (scrape) => scrapes.push(scrape) });
    const problems = await problemsOf(async () => {
      await textOf(page);
      await textOf(page);
    });
    expect(problems).toEqual([
      {
        subject: 'stock',
        message:
          'would be the histogram stock on the metrics page, where the gauge stock of stock is; it is left out. Rename one of them',
      },
      { subject: 'up', message: 'is called exported_up on the metrics page, where up has a meaning of its own' },
    ]);
    expect(
      scrapes.map(({ droppedFamilies, droppedSeries, failedFamilies }) => ({ droppedFamilies, droppedSeries, failedFamilies })),
    ).toEqual([
      { droppedFamilies: 1, droppedSeries: 0, failedFamilies: 0 },
      { droppedFamilies: 1, droppedSeries: 0, failedFamilies: 0 },
    ]);
  });

  it('leaves out what a reader could not add up', async () => {
    const { provider, collect } = application();
    provider.getMeter('app').createCounter('hits').add(1);
    const collectOtel = async (): ReturnType<typeof collect> => {
      const collected = await collect();
      const [scope] = collected.scopeMetrics;
      const [hits] = scope!.metrics;
      const broken = { ...hits!, descriptor: { ...hits!.descriptor, name: 'broken' }, dataPoints: [{}] as never };
      const delta = {
        ...hits!,
        descriptor: { ...hits!.descriptor, name: 'delta' },
        aggregationTemporality: AggregationTemporality.DELTA,
      };
      return { ...collected, scopeMetrics: [{ ...scope!, metrics: [broken, delta, hits!] }] };
    };
    const scrapes: Scrape[] = [];
    const page = new Page({ registry: new Registry(), collectOtel, onScrape: (scrape) => scrapes.push(scrape) });
    const problems = await problemsOf(async () => {
      expect(samplesOf(parseExposition(await textOf(page)))).toEqual({ hits_total: 1 });
    });
    expect(scrapes[0]?.failedFamilies).toBe(2);
    expect(problems.map(({ subject }) => subject)).toEqual(['broken', 'delta']);
    expect(problems[1]?.message).toBe(
      'is left out of the metrics page: it has delta temporality, which a page that is scraped cannot show',
    );
  });
});

describe('scrapes', () => {
  it('at the same time share one collection', async () => {
    const registry = new Registry();
    let collected = 0;
    registry.onCollect('test', () => void (collected += 1));
    const collectOtel = vi.fn(async () => undefined);
    const page = new Page({ registry, collectOtel });
    registry.instrument(DEFINITIONS.counter).add(1);
    const pages = await Promise.all([TEXT, TEXT, OPENMETRICS, TEXT].map((accept) => textOf(page, accept)));
    expect([collected, collectOtel.mock.calls.length]).toEqual([1, 1]);
    expect(pages[1]).toBe(pages[0]);
    await textOf(page);
    expect([collected, collectOtel.mock.calls.length]).toEqual([2, 2]);
  });

  it('fail when the collection does, and work again afterwards', async () => {
    const scrapes: Scrape[] = [];
    const collectOtel = vi.fn(async () => undefined).mockRejectedValueOnce(new Error('the reader was shut down'));
    const page = new Page({ registry: new Registry(), collectOtel, onScrape: (scrape) => scrapes.push(scrape) });
    await expect(page.render(negotiate(TEXT))).rejects.toThrow('the reader was shut down');
    expect(await textOf(page)).toBe('');
    expect(scrapes.map(({ failed }) => failed)).toEqual([true, false]);
  });

  it('do not wait for ever, nor begin again what hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const collectOtel = vi.fn(() => promise);
    const page = new Page({ registry: new Registry(), collectOtel, collectTimeoutMillis: 10 });
    await expect(textOf(page)).rejects.toThrow('the collection took longer than 10 ms');
    await expect(textOf(page)).rejects.toThrow('the collection took longer than 10 ms');
    expect(collectOtel).toHaveBeenCalledTimes(1);
    resolve(undefined);
    await promise;
    expect(await textOf(page)).toBe('');
  });

  it('tell how they went', async () => {
    const scrapes: Scrape[] = [];
    const registry = new Registry();
    registry.instrument(DEFINITIONS.counter).add(1);
    const page = new Page({ registry, onScrape: (scrape) => scrapes.push(scrape) });
    const text = await textOf(page);
    expect(scrapes).toEqual([
      {
        failed: false,
        bytes: Buffer.byteLength(text),
        durationSeconds: expect.any(Number),
        droppedFamilies: 0,
        droppedSeries: 0,
        failedFamilies: 0,
      },
    ]);
  });

  it('let the event loop go on however long the page is', async () => {
    const registry = new Registry();
    const counter = registry.instrument(metric('shop.many', 'counter', ['kind'], { limit: 100_000 }));
    for (let index = 0; index < 20_000; index += 1) counter.add(1, { kind: `${index}` });
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await textOf(new Page({ registry }));
    isDone = true;
    expect(turns).toBeGreaterThan(5);
  });
});
