// Reconciles settings that depend on one another: what contradicts another setting is adjusted and reported.
import type { Problem } from '../core/problem.ts';
import type { Origins } from './config.ts';
import { isHttpUrl } from './parse.ts';
import { defaultInWords, quote, withoutCredentials } from './redaction.ts';
import { settings, type Settings } from './settings.ts';

const SPAN_PROTOCOL = 'http/protobuf';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The settings and their origins while they may still change. */
export type Draft = { readonly [Name in keyof Settings]: Mutable<Settings[Name]> };
export type DraftOrigins = Mutable<Origins>;

/** Adjusts the draft where its parts contradict each other; a problem says where that overrides the operator. */
export function reconcile(draft: Draft, origins: DraftOrigins): Problem[] {
  setServiceName(draft, origins);
  const problems = [
    fitExportTimeout(draft, origins),
    fitBatchSize(draft, origins),
    ...rejectEndpoints(draft, origins),
    rejectSpanProtocol(draft, origins),
  ];
  return problems.filter((problem) => problem !== undefined);
}

function setServiceName({ resource }: Draft, origins: DraftOrigins): void {
  const name = resource.attributes['service.name'];
  const origin = origins['resource.attributes'];
  if (resource.serviceName !== undefined || origin === undefined || name === undefined || name === '') return;
  resource.serviceName = name;
  origins['resource.serviceName'] = origin;
}

/** The SDK's periodic reader refuses a timeout above its interval. */
function fitExportTimeout({ metrics }: Draft, origins: Origins): Problem | undefined {
  const { exportIntervalMillis: interval, exportTimeoutMillis: timeout } = metrics;
  metrics.exportTimeoutMillis = Math.min(timeout, interval);
  if (timeout <= interval || origins['metrics.exportTimeoutMillis'] === undefined) return undefined;
  const { exportTimeoutMillis, exportIntervalMillis } = settings.metrics;
  return exceeds(exportTimeoutMillis.env, timeout, exportIntervalMillis.env, interval);
}

function fitBatchSize({ traces }: Draft, origins: Origins): Problem | undefined {
  const { batchQueueSize: queueSize, batchSize: size } = traces;
  traces.batchSize = Math.min(size, queueSize);
  if (size <= queueSize || origins['traces.batchSize'] === undefined) return undefined;
  return exceeds(settings.traces.batchSize.env, size, settings.traces.batchQueueSize.env, queueSize);
}

function exceeds(subject: string, value: number, other: string, max: number): Problem {
  return { subject, message: `${value} is more than ${other}, which is ${max}; using ${max}` };
}

/** An endpoint that is not a URL is accepted for grpc only. */
function rejectEndpoints(draft: Draft, origins: DraftOrigins): Problem[] {
  const problems: Problem[] = [];
  for (const name of ['otlp', 'otlpMetrics', 'otlpTraces'] as const) {
    const { endpoint: own, protocol = draft.otlp.protocol } = draft[name];
    const endpoint = own ?? draft.otlp.endpoint;
    if (endpoint === undefined || isHttpUrl(endpoint) || protocol === 'grpc') continue;
    draft[name].endpoint = undefined;
    delete origins[`${name}.endpoint`];
    // The general one stays where the other signal goes by grpc.
    const setting = settings[own === undefined ? 'otlp' : name].endpoint;
    const reason = `${quote(withoutCredentials(endpoint))} is not an http:// or https:// URL, which ${protocol} needs`;
    problems.push({ subject: setting.env, message: `${reason}; using ${defaultInWords(setting)}` });
  }
  return problems;
}

/** The exporter of spans has one protocol; by another one they are not exported. */
function rejectSpanProtocol({ traces, otlp, otlpTraces }: Draft, origins: Origins): Problem | undefined {
  const { protocol = otlp.protocol } = otlpTraces;
  if (protocol === SPAN_PROTOCOL || !traces.exporters.includes('otlp')) return undefined;
  traces.exporters = traces.exporters.filter((name) => name !== 'otlp');
  const { env } = settings.otlpTraces.protocol;
  const subject = (origins['otlpTraces.protocol'] ?? origins['otlp.protocol'])?.variable ?? env;
  return {
    subject,
    message: `spans go by ${SPAN_PROTOCOL} only, not by ${protocol}; set ${env}=${SPAN_PROTOCOL} to export them`,
  };
}
