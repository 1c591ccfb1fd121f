// The paths of the health checks beside the metrics page, named as Kubernetes' own components name them.

/** Answers 200 while the process runs. */
export const LIVENESS_PATH = '/healthz';

/** Answers 200 when every readiness check passes, and 503 otherwise. */
export const READINESS_PATH = '/readyz';
