// The public API records, serves and times as its documentation shows, with and without the register entry.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { onProblem, type Problem } from '../src/core/problem.ts';
import { createTracker, defineMetric, getInstrument, metricsHandler, metricsResponse, onCollect } from '../src/index.ts';
import { expectMetric } from '../src/testing.ts';

const orders = defineMetric({
  name: 'shop.orders',
  instrument: 'counter',
  unit: '{order}',
  brief: 'Orders taken.',
  stability: 'stable',
  attributes: [
    { key: 'shop.payment', type: 'string', brief: 'How it is paid.', values: ['card', 'invoice', '_OTHER'] },
    { key: 'shop.items', type: 'int', brief: 'How many items.' },
  ],
});

describe('metrics of your own', () => {
  it('getInstrument types attributes by the declaration', () => {
    const counter = getInstrument(orders);
    expectTypeOf(counter.add)
      .parameter(1)
      .toEqualTypeOf<
        | { readonly 'shop.payment'?: 'card' | 'invoice' | '_OTHER' | undefined; readonly 'shop.items'?: number | undefined }
        | undefined
      >();
    // @ts-expect-error: an attribute that is not declared
    counter.add(1, { 'shop.colour': 'red' });
    // @ts-expect-error: a counter has no set
    expect(counter.set).toBeUndefined();
  });

  it('onCollect reads values at every collection', async () => {
    const stop = onCollect('shop', () => getInstrument(orders).observe(4, { 'shop.payment': 'card' }));
    await expectMetric(orders, { attributes: { 'shop.payment': 'card' }, value: 4 });
    stop();
  });

  it('createTracker times functions', async () => {
    const duration = defineMetric({
      name: 'shop.packing.duration',
      instrument: 'histogram',
      unit: 's',
      brief: 'Time to pack.',
      stability: 'stable',
      buckets: [0.1, 1],
      attributes: [{ key: 'shop.outcome', type: 'string', brief: 'How it ended.' }],
    });
    const packing = createTracker({ duration, outcome: ({ errorType }) => ({ 'shop.outcome': errorType ?? 'packed' }) });
    expect(await packing.track({}, () => Promise.resolve('parcel'))).toBe('parcel');
    await expectMetric(duration, { attributes: { 'shop.outcome': 'packed' }, value: 1 });
  });
});

/** All that was reported; each cause is reported once, maybe by an earlier test. */
const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('a metric of your own that cannot work', () => {
  // As an application in JavaScript writes it, where no compiler objects.
  const untyped = getInstrument as unknown as (definition: unknown) => Record<string, (...values: unknown[]) => unknown>;

  it.each([
    [{ instrument: 'Counter' }, '"Counter": the instrument is counter, updowncounter, gauge or histogram'],
    [{ buckets: [5, 1], instrument: 'histogram' }, '[5, 1]: a histogram, and nothing else, has finite ascending bounds'],
    [{ attributes: undefined }, 'undefined: attributes are a list of a key and a type each, which is string, int or boolean'],
    [
      { attributes: [{ key: 'shop.colour', type: 'enum' }] },
      '"shop.colour" of type "enum": attributes are a list of a key and a type each, which is string, int or boolean',
    ],
  ])('getInstrument reports an invalid definition, and does not export it: %o', async (wrong, reason) => {
    const name = `shop.wrong.${Object.keys(wrong).join('.')}.${reason.length}`;
    const instrument = untyped({ ...orders, name, ...wrong });
    for (const method of ['add', 'observe', 'set', 'record']) instrument[method]!(1, { 'shop.payment': 'card' });
    (instrument['bind']!({}) as typeof instrument)['add']!(1);
    instrument['remove']!({});
    expect(problems).toContainEqual({ subject: name, message: `is not exported because of ${reason}` });
    await expect(expectMetric(name)).rejects.toThrow(name);
  });

  it.each([undefined, null, 'shop.orders', 7, {}])('getInstrument does not throw though the definition is %o', (definition) => {
    expect(() => untyped(definition)['add']!(1)).not.toThrow();
    expect(problems.map(({ subject }) => subject)).toContain('a metric without a name');
  });

  it('getInstrument does not export a definition that contradicts the first one', async () => {
    getInstrument(orders).add(1, { 'shop.payment': 'card' });
    const before = await expectMetric(orders);
    getInstrument({ ...orders, unit: '{basket}' }).add(1, { 'shop.payment': 'card' });
    expect(await expectMetric(orders)).toEqual(before);
    const message = 'is defined with unit {order} and again with unit {basket}; the second is not exported';
    expect(problems).toContainEqual({ subject: 'shop.orders', message });
  });
});

describe('a tracker that cannot work', () => {
  const untyped = createTracker as unknown as (definition: unknown) => { track<T>(attributes: object, run: () => T): T };
  const duration = { ...orders, name: 'shop.time', instrument: 'histogram', unit: 's', buckets: [1], attributes: [] };

  it.each([
    [{ duration: { ...duration, unit: 'ms' } }, 'a tracker times into a histogram of unit s'],
    [{ duration: orders }, 'a tracker times into a histogram of unit s'],
    [{ duration, active: orders }, 'a tracker counts active operations in an updowncounter'],
    [{ duration }, 'a tracker has an outcome, which is a function, or its duration has the attribute error.type'],
    [{ duration, outcome: 'error' }, 'a tracker has an outcome, which is a function'],
    [{}, 'the instrument is counter'],
    [undefined, 'the instrument is counter'],
  ])('createTracker runs the function and reports an invalid definition: %#', (definition, accepted) => {
    expect(untyped(definition).track({}, () => 'done')).toBe('done');
    expect(problems).toContainEqual({ subject: expect.any(String), message: expect.stringContaining(accepted) });
  });
});

describe('the page in a server of your own', () => {
  const server = createServer(metricsHandler());
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  it('metricsHandler serves the page', async () => {
    getInstrument(orders).add(2, { 'shop.payment': 'invoice' });
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/any/path`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toContain('shop_orders_total{shop_payment="invoice"} 2');
  });

  it('metricsResponse gives the page as a web response', async () => {
    const answer = await metricsResponse(
      new Request('http://localhost/metrics', { headers: { accept: 'application/openmetrics-text' } }),
    );
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/# EOF\n$/);
  });
});
