// The HTTP requests that were measured, as counts by method, status, route and error, and the active ones.
import {
  httpClientActiveRequests,
  httpClientRequestDuration,
  httpServerActiveRequests,
  httpServerRequestDuration,
} from '../../../src/catalog/http.ts';
import type { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf as allSamplesOf } from '../../../src/core/recording/samples.ts';

export function samplesOf(registry: Registry, { name }: { readonly name: string }): Sample[] {
  return allSamplesOf(registry).filter((sample) => sample.name === name);
}

/** How many requests ended, by method, status, route and error, such as `GET 200 /users/:id` or `GET aborted`. */
export function outcomesOf(registry: Registry): Record<string, number> {
  const samples = [...samplesOf(registry, httpServerRequestDuration), ...samplesOf(registry, httpClientRequestDuration)];
  const keys = ['http.request.method', 'http.response.status_code', 'http.route', 'error.type'];
  return Object.fromEntries(
    samples
      .filter(({ value }) => value > 0)
      .map(({ attributes, value }) => [keys.flatMap((key) => attributes[key] ?? []).join(' '), value] as const),
  );
}

/** How many requests are active. */
export function activeOf(registry: Registry): number {
  const samples = [...samplesOf(registry, httpServerActiveRequests), ...samplesOf(registry, httpClientActiveRequests)];
  return samples.reduce((sum, { value }) => sum + value, 0);
}
