// Every exporter exports the same: the Prometheus page, OTLP by each protocol, and the console.
import { get } from 'node:http';
import { runInNewContext } from 'node:vm';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { afterAll, describe, expect } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { type ExportedSeries, type ExportScript, holdsContract, prometheusNames } from '../kit/contracts/exporter-kit.ts';
import { parseExposition, type ParsedFamily, type ParsedSample } from '../kit/samples/parse-exposition.ts';
import { openOtlpSink } from '../kit/servers/otlp-sink.ts';

type Exporter = Config['metrics']['exporters'][number];

/** The compiler wants every exporter that `OTEL_METRICS_EXPORTER` accepts, and OTLP by every protocol. */
const SCRIPTS: Readonly<Record<Exclude<Exporter, 'otlp'> | `otlp by ${Config['otlp']['protocol']}`, ExportScript>> = {
  prometheus: exportByPage,
  'otlp by http/protobuf': () => exportByOtlp('http/protobuf'),
  'otlp by http/json': () => exportByOtlp('http/json'),
  'otlp by grpc': () => exportByOtlp('grpc'),
  console: exportByConsole,
};

afterAll(killApps);

describe.each(Object.entries(SCRIPTS))('the exporter %s', (_name, script) => holdsContract(script));

function runScript(env: Readonly<Record<string, string>>, ...args: readonly string[]): App {
  return runApp(['--import', './register.js', './test/sdk/fixtures/script.mjs', ...args], {
    env: { PROMTEL_STARTUP_LINE: 'false', ...env },
  });
}

async function exportByOtlp(protocol: Config['otlp']['protocol']): Promise<ExportedSeries[]> {
  const sink = await openOtlpSink({ protocol: protocol === 'grpc' ? 'grpc' : 'http' });
  const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  expect(await runScript(env).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await sink.close();
  expect(sink.requests.map((request) => request.protocol)).toEqual([protocol]);
  return sink.requests[0]!.points.map((point) => ({
    ...point,
    type: point.type === 'exponentialHistogram' ? 'histogram' : point.type,
  }));
}

async function exportByConsole(): Promise<ExportedSeries[]> {
  const ending = await runScript({ OTEL_METRICS_EXPORTER: 'console' }).ended;
  expect(ending).toMatchObject({ code: 0, stderr: '' });
  return printedSeries(ending.stdout);
}

/** The objects that were printed, one after the other, in the notation of JavaScript. */
function printedSeries(text: string): ExportedSeries[] {
  const metrics = runInNewContext(`[${text.replaceAll(/^\}\n(?=\{)/gm, '},\n')}]`) as MetricData[];
  return metrics.flatMap((metric) =>
    metric.dataPoints.map(({ attributes, value }) => {
      const { name, unit } = metric.descriptor;
      const type =
        ({ [DataPointType.GAUGE]: 'gauge', [DataPointType.SUM]: 'sum' } as const)[metric.dataPointType as 2 | 3] ?? 'histogram';
      // The official exporter does not print whether a sum only grows.
      const isMonotonic = type === 'sum' && name !== 'app.balance';
      if (typeof value === 'number') return { name, unit, type, isMonotonic, attributes, value };
      const { buckets } = value as unknown as { buckets: { boundaries: number[]; counts: number[] } };
      return {
        name,
        unit,
        type,
        isMonotonic,
        attributes,
        value: value.count,
        sum: value.sum,
        bounds: buckets.boundaries,
        counts: buckets.counts,
      };
    }),
  );
}

async function exportByPage(): Promise<ExportedSeries[]> {
  const app = runScript({ OTEL_EXPORTER_PROMETHEUS_PORT: '0', PROMTEL_STARTUP_LINE: 'true' }, 'stay');
  const [, port] = await app.line(/metrics at http:\/\/[^:]+:(\d+)\/metrics/);
  const families = parseExposition(await page(Number(port)));
  app.signal('SIGTERM');
  await app.ended;
  return [...families.values()].flatMap((family) => seriesOf(family));
}

function page(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** What the page says of a metric that the script records, in OpenTelemetry's words. */
function seriesOf(family: ParsedFamily): ExportedSeries[] {
  const known = prometheusNames[family.name];
  if (known === undefined) return [];
  if (family.type === 'histogram') return histogramsOf(family, known);
  const type = family.type === 'counter' || known.isBalance === true ? 'sum' : 'gauge';
  return family.samples.map(({ labels, value }) => ({
    ...known,
    type,
    isMonotonic: family.type === 'counter',
    attributes: attributesOf(labels),
    value,
  }));
}

function histogramsOf(
  { name, samples }: ParsedFamily,
  known: { readonly name: string; readonly unit: string },
): ExportedSeries[] {
  const of = (ending: string): ParsedSample[] => samples.filter((sample) => sample.name === name + ending);
  return of('_count').map(({ labels, value }) => {
    const isSame = (sample: ParsedSample): boolean =>
      JSON.stringify(attributesOf(sample.labels)) === JSON.stringify(attributesOf(labels));
    const buckets = of('_bucket').filter(isSame);
    return {
      ...known,
      type: 'histogram',
      isMonotonic: false,
      attributes: attributesOf(labels),
      value,
      sum: of('_sum').find(isSame)?.value,
      bounds: buckets.map((bucket) => Number(bucket.labels['le'])).filter(Number.isFinite),
      counts: buckets.map((bucket, index) => bucket.value - (buckets[index - 1]?.value ?? 0)),
    };
  });
}

/** By the keys and types of the script; `le` is the page's own. */
function attributesOf(labels: Readonly<Record<string, string>>): Record<string, unknown> {
  const ofScript = Object.entries(labels).filter(([label]) => label !== 'le');
  return Object.fromEntries(
    ofScript.map(([label, value]) => [label.replace('shop_country', 'shop.country'), typed(label, value)]),
  );
}

function typed(label: string, value: string): unknown {
  if (label === 'times') return Number(value);
  return label === 'big' ? value === 'true' : value;
}
