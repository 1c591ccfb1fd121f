// The contract of exporters: all that a scripted program records is exported, by every exporter and protocol.
import { expect, it } from 'vitest';

/** A series as any exporter exports it. */
export interface ExportedSeries {
  /** OpenTelemetry name. */
  readonly name: string;
  readonly unit: string;
  readonly type: 'sum' | 'gauge' | 'histogram';
  readonly isMonotonic: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram, how many values. */
  readonly value: number;
  /** Of a histogram alone. */
  readonly sum?: number | undefined;
  readonly bounds?: readonly number[] | undefined;
  readonly counts?: readonly number[] | undefined;
}

/** Runs `test/sdk/fixtures/script.mjs`, and gives the series that were exported. */
export type ExportScript = () => Promise<readonly ExportedSeries[]>;

const sum = { type: 'sum', isMonotonic: true } as const;
const histogram = { type: 'histogram', isMonotonic: false } as const;
const gauge = { type: 'gauge', isMonotonic: false } as const;

const SCRIPTED: readonly ExportedSeries[] = [
  { ...sum, name: 'app.clicks', unit: '{click}', attributes: { big: true, button: 'buy', times: 3 }, value: 7 },
  { ...sum, name: 'app.total', unit: '', attributes: {}, value: 12 },
  { ...sum, isMonotonic: false, name: 'app.balance', unit: 'By', attributes: {}, value: -4 },
  { ...gauge, name: 'app.queue', unit: '', attributes: { queue: 'q' }, value: 11 },
  { ...gauge, name: 'app.temperature', unit: 'Cel', attributes: { room: 'a' }, value: 21.5 },
  { ...histogram, name: 'app.duration', unit: 's', attributes: {}, value: 1, sum: 0.3, bounds: [0.1, 1], counts: [0, 1, 0] },
  {
    ...histogram,
    name: 'shop.order.value',
    unit: 'USD',
    attributes: { 'shop.country': 'DE' },
    value: 2,
    sum: 55,
    bounds: [10, 100],
    counts: [1, 1, 0],
  },
  {
    ...histogram,
    name: 'shop.order.value',
    unit: 'USD',
    attributes: { 'shop.country': 'FR' },
    value: 1,
    sum: 500,
    bounds: [10, 100],
    counts: [0, 0, 1],
  },
  { ...sum, name: 'shop.orders', unit: '{order}', attributes: { 'shop.country': 'DE' }, value: 2 },
  { ...sum, name: 'shop.orders', unit: '{order}', attributes: { 'shop.country': 'é"\\\n' }, value: 1 },
];

interface KnownName {
  readonly name: string;
  readonly unit: string;
  /** An up-down counter, which is a gauge in Prometheus. */
  readonly isBalance?: true;
}

/** The metrics of the script, by their names in Prometheus. */
export const prometheusNames: Readonly<Record<string, KnownName>> = {
  app_clicks_total: { name: 'app.clicks', unit: '{click}' },
  app_total: { name: 'app.total', unit: '' },
  app_balance_bytes: { name: 'app.balance', unit: 'By', isBalance: true },
  app_queue: { name: 'app.queue', unit: '' },
  app_temperature_celsius: { name: 'app.temperature', unit: 'Cel' },
  app_duration_seconds: { name: 'app.duration', unit: 's' },
  shop_order_value_USD: { name: 'shop.order.value', unit: 'USD' },
  shop_orders_total: { name: 'shop.orders', unit: '{order}' },
};

/** Defines the test of the contract. */
export function holdsContract(exportScript: ExportScript): void {
  it('exports everything that a program records', async () => {
    const exported = await exportScript();
    const scripted = exported.filter(({ name }) => /^(?:app|shop)\./.test(name));
    expect(keyed(scripted)).toEqual(keyed(SCRIPTED));
  });
}

function keyed(series: readonly ExportedSeries[]): Record<string, ExportedSeries> {
  return Object.fromEntries(
    series.map(({ name, unit, type, isMonotonic, attributes, value, sum: total, bounds, counts }) => {
      const sorted = Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      return [
        `${name} ${JSON.stringify(sorted)}`,
        { name, unit, type, isMonotonic, attributes: sorted, value, sum: total, bounds, counts },
      ];
    }),
  );
}
