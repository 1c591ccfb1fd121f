// Histogram bucket bounds by what they measure, each with its source or reason.

/** HTTP requests, in seconds: OpenTelemetry semantic conventions 1.45, `http.server.request.duration`. */
export const SECONDS_HTTP = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** Body sizes, in bytes: few and far apart, since every route pays for each; 256 B to 256 MiB. */
export const BYTES_BODY = [256, 4096, 65_536, 1_048_576, 16_777_216, 268_435_456] as const;

/** Garbage collections, in seconds: semantic conventions 1.45, `v8js.gc.duration`. */
export const SECONDS_GC = [0.01, 0.1, 1, 10] as const;

/** Scrapes, in seconds: from one with nothing changed to one at Prometheus' default timeout. */
export const SECONDS_SCRAPE = [0.0025, 0.01, 0.05, 0.25, 2.5, 10] as const;

/** Jobs and pipeline stages, in seconds: from a cache refresh to an hour's import. */
export const SECONDS_JOB = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600] as const;

/** Database operations, in seconds: semantic conventions 1.45, `db.client.operation.duration`. */
export const SECONDS_DB = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const;

/** Rows that a database operation returned: semantic conventions 1.45, `db.client.response.returned_rows`. */
export const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

/** LLM calls, in seconds: semantic conventions 1.45, `gen_ai.client.operation.duration`, and two more, since agents run for minutes. */
export const SECONDS_LLM = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
] as const;

/** Tokens of a call: semantic conventions 1.45, `gen_ai.client.token.usage`. */
export const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
] as const;

/** Tokens per second: from a large model under load to a small one on fast hardware. */
export const TOKENS_PER_SECOND = [1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560] as const;

/** Invocations of an agent, in seconds: the GenAI conventions of 2026-05, `gen_ai.invoke_agent.duration`. */
export const SECONDS_AGENT = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6] as const;

/** Calls within an invocation of an agent: the GenAI conventions of 2026-05, `gen_ai.invoke_agent.inference_calls`. */
export const CALLS_AGENT = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/** Runs of a workflow, in seconds: the GenAI conventions of 2026-05, `gen_ai.invoke_workflow.duration`. */
export const SECONDS_WORKFLOW = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200] as const;

/** Scores from 0 to 1, finer near 1, where good differs from very good. */
export const SCORE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 1] as const;

/** Tasks, in USD: from one short call of a small model to an agent that worked for hours. */
export const USD_TASK = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.5, 10, 50] as const;

/** MCP sessions and operations, in seconds: semantic conventions 1.45, `mcp.client.operation.duration`. */
export const SECONDS_MCP = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const;
