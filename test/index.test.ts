// The public API records, serves and times as its documentation shows, with and without the register entry.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
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
  it('are typed by their declaration', () => {
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

  it('are read on collection where nobody announces them', async () => {
    const stop = onCollect('shop', () => getInstrument(orders).observe(4, { 'shop.payment': 'card' }));
    await expectMetric(orders, { attributes: { 'shop.payment': 'card' }, value: 4 });
    stop();
  });

  it('time functions', async () => {
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

describe('the page in a server of your own', () => {
  const server = createServer(metricsHandler());
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());

  it('is served by a handler', async () => {
    getInstrument(orders).add(2, { 'shop.payment': 'invoice' });
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/any/path`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toContain('shop_orders_total{shop_payment="invoice"} 2');
  });

  it('is a web response', async () => {
    const answer = await metricsResponse(
      new Request('http://localhost/metrics', { headers: { accept: 'application/openmetrics-text' } }),
    );
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/# EOF\n$/);
  });
});
