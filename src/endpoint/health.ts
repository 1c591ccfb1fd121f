// Readiness checks: what an application needs before it can take traffic, checked within a deadline.
import { messageOf } from '../core/problem.ts';
import { sharedAcrossCopies } from '../core/shared-across-copies.ts';

/** Checks one dependency: it fails by returning `false`, by throwing or by rejecting, and passes otherwise. */
export type ReadinessCheck = () => unknown;

export interface CheckResult {
  readonly ready: boolean;
  /** Why the check failed; absent when it passed. */
  readonly reason?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

interface Registration {
  readonly check: ReadinessCheck;
  /** The run that is not done yet: a check that hangs is not started again. */
  pending: Promise<CheckResult> | undefined;
}

/** The checks by name, shared with other copies of promtel in the process, such as one that the application bundled. */
const registrations = sharedAcrossCopies('readiness.1', () => new Map<string, Registration>());

/** How long `/readyz` waits for a check: less than the second that Kubernetes gives a probe by default. */
const READINESS_TIMEOUT_MILLIS = 900;

/**
 * Adds a check to `/readyz`; one of the same name is replaced.
 *
 * @returns what removes the check
 */
export function registerReadiness(name: string, check: ReadinessCheck): () => void {
  const registration: Registration = { check, pending: undefined };
  registrations().set(name, registration);
  return () => {
    if (registrations().get(name) === registration) registrations().delete(name);
  };
}

/** Runs every check at the same time. It never rejects and takes no longer than the timeout. */
export async function checkReadiness(timeoutMillis = READINESS_TIMEOUT_MILLIS): Promise<Readiness> {
  const { promise: deadline, resolve } = Promise.withResolvers<CheckResult>();
  const late = { ready: false, reason: `no answer within ${timeoutMillis} ms` };
  const timer = setTimeout(resolve, timeoutMillis, late).unref();
  const results = Array.from(registrations(), async ([name, registration]) => {
    return [name, await Promise.race([run(registration), deadline])] as const;
  });
  const checks = Object.fromEntries(await Promise.all(results));
  clearTimeout(timer);
  return { ready: Object.values(checks).every(({ ready }) => ready), checks };
}

function run(registration: Registration): Promise<CheckResult> {
  registration.pending ??= resultOf(registration.check).finally(() => {
    registration.pending = undefined;
  });
  return registration.pending;
}

async function resultOf(check: ReadinessCheck): Promise<CheckResult> {
  try {
    return (await check()) === false ? { ready: false, reason: 'the check answered false' } : { ready: true };
  } catch (error) {
    return { ready: false, reason: messageOf(error) };
  }
}
