// Label sets and values for the benchmarks: many of each, so that no library profits from constants.
import { SECONDS_HTTP } from '../../../src/catalog/buckets.ts';

export interface Labels extends Record<string, string> {
  readonly method: string;
  readonly route: string;
  readonly status: string;
}

export const LABEL_NAMES = ['method', 'route', 'status'] as const;

/** The bounds of every histogram: the 14 of HTTP requests. */
export const BOUNDS: readonly number[] = SECONDS_HTTP;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const STATUSES = ['200', '201', '204', '400', '404', '409', '422', '500', '502', '503'];

/** Distinct label sets: five methods, ten statuses, and as many routes as needed, at least ten. */
export function labelSets(count: number): Labels[] {
  const routes = Math.max(10, Math.ceil(count / METHODS.length / STATUSES.length));
  return Array.from({ length: count }, (_, index) => ({
    method: METHODS[index % METHODS.length]!,
    route: `/api/v1/resource-${Math.floor(index / METHODS.length) % routes}/:id`,
    status: STATUSES[(index + Math.floor(index / METHODS.length / routes)) % STATUSES.length]!,
  }));
}

/** Pseudo-random numbers from 0 to 1, the same in every run. */
export function* fractions(): Generator<number, never> {
  let state = 1;
  for (;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

/** Durations from 1 ms to 2 s, most of them short; in seconds. */
export function durations(count: number): number[] {
  const random = fractions();
  return Array.from({ length: count }, () => 0.001 + 2 * random.next().value ** 4);
}
