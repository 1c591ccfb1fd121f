// Readiness: what an application names as needed before it can take traffic, asked within a deadline.
import { messageOf } from '../core/problem.ts';
import { sharedAcrossCopies } from '../core/shared-across-copies.ts';

/** Answers whether something is there: `false`, a throw or a rejection says no, anything else yes. */
export type ReadinessCheck = () => unknown;

export interface CheckResult {
  readonly ready: boolean;
  /** Why not; absent when ready. */
  readonly reason?: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

interface Registration {
  readonly check: ReadinessCheck;
  /** The answer that is still awaited: a check that hangs is not asked again before it answers. */
  pending: Promise<CheckResult> | undefined;
}

/** The checks by name. An application may have bundled a copy of promtel of its own, whose checks count too. */
const registrations = sharedAcrossCopies('readiness.1', () => new Map<string, Registration>());

/** How long `/readyz` waits for a check. Kubernetes gives a probe one second unless told otherwise. */
const READINESS_TIMEOUT_MILLIS = 900;

/** Makes `/readyz` ask a check; one of the same name is replaced. The returned function takes it away again. */
export function registerReadiness(name: string, check: ReadinessCheck): () => void {
  const registration: Registration = { check, pending: undefined };
  registrations().set(name, registration);
  return () => {
    if (registrations().get(name) === registration) registrations().delete(name);
  };
}

/** Asks every check at the same time. It never rejects and takes no longer than the timeout. */
export async function askReadiness(timeoutMillis = READINESS_TIMEOUT_MILLIS): Promise<Readiness> {
  const { promise: deadline, resolve } = Promise.withResolvers<CheckResult>();
  const late = { ready: false, reason: `no answer within ${timeoutMillis} ms` };
  const timer = setTimeout(resolve, timeoutMillis, late).unref();
  const asked = Array.from(registrations(), async ([name, registration]) => {
    return [name, await Promise.race([ask(registration), deadline])] as const;
  });
  const checks = Object.fromEntries(await Promise.all(asked));
  clearTimeout(timer);
  return { ready: Object.values(checks).every(({ ready }) => ready), checks };
}

function ask(registration: Registration): Promise<CheckResult> {
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
