// Every threshold of the alerts, with the reason for it. Ratios are shares of 1, times are in seconds, sizes in bytes.

export interface Threshold {
  readonly value: number;
  readonly reason: string;
}

const at = (value: number, reason: string): Threshold => ({ value, reason });

export const HTTP = {
  errorRatio: at(0.05, 'one request in twenty fails: users notice, and a single bad deployment reaches it at once'),
  latencyP95: at(
    5,
    'most people leave a page after some seconds; 5 s is well below the last bound of 10 s, where a quantile is cut off',
  ),
  minimumRequests: at(20, 'fewer requests in the window make a single failure look like an outage'),
  routeMinimumRequests: at(50, 'a route is judged alone only where its ratio means something'),
  trafficLeft: at(0.3, 'day and week change traffic by far less; what is left below 30 % was cut off'),
  trafficMinimum: at(1, 'below one request a second last week, chance alone makes such drops'),
  requestsPerProcess: at(
    200,
    'an event loop answers this many at once only if each waits for something that has stopped answering',
  ),
} as const;

export const JOBS = {
  failureRatio: at(0.1, 'retries hide single failures; one in ten lost for good is a fault of the code or of a dependency'),
  minimumFailures: at(5, 'fewer failures in the window are told by the job itself'),
  waiting: at(100, 'a worker of default concurrency needs minutes for this many; queues that hold more by design raise it'),
  oldestAge: at(600, 'a job that waits ten minutes is late for whoever asked for it'),
  drain: at(3600, 'a backlog that needs more than an hour needs more workers'),
  drainMinimum: at(20, 'the pace of a queue with fewer jobs than this is set by who adds them, not by its workers'),
  durationP95: at(300, 'five minutes hold a worker long enough for the queue behind it to grow'),
  minimumAttempts: at(10, 'of fewer attempts, the 95th percentile is the slowest one'),
} as const;

export const CACHE = {
  hitRatio: at(0.8, 'below this the store behind the cache carries more than a fifth of the reads'),
  hitRatioDrop: at(0.5, 'half of its own daily average is a change, whatever the level'),
  minimumRequests: at(100, 'fewer look-ups in the window are warming up'),
  evictionShare: at(0.5, 'one eviction for every second look-up: the cache is too small for what is read'),
  failureRatio: at(0.05, 'a cache answers from memory or its neighbour; one failure in twenty is a connection that breaks'),
  minimumOperations: at(20, 'fewer operations in the window make a single failure look like an outage'),
} as const;

export const LLM = {
  errorRatio: at(0.1, 'providers fail about one call in a hundred on a bad day; one in ten is an outage or a bad key'),
  minimumCalls: at(20, 'fewer calls in the window make a single failure look like an outage'),
  rateLimitedRatio: at(0.05, 'one call in twenty rejected means that the limit, not the traffic, sets the pace'),
  rateLimitRemaining: at(10, 'ten requests are a burst of one user'),
  spendHour: at(10, 'USD; an order of magnitude above a quiet service. Set it to a tenth of the daily budget'),
  spendDay: at(100, 'USD; the daily budget of a small team. Set it to yours'),
  spendFactor: at(3, 'three times the same hour of last week is a loop, an attack or a launch'),
  spendMinimum: at(1, 'USD an hour; below it a factor of three is pocket money'),
  budgetShare: at(0.9, 'a tenth of the budget is the time left to decide'),
  timeToFirstChunk: at(10, 'people take a chat that shows nothing for ten seconds for broken'),
  latencyP95: at(60, 'proxies and browsers give up after a minute by default'),
  abortedRatio: at(0.2, 'one stream in five that is left early is paid for and not read'),
} as const;

export const TOOLS = {
  failureRatio: at(0.2, 'models call tools with wrong arguments now and then; one failure in five is the tool'),
  minimumCalls: at(10, 'fewer calls in the window make a single failure look like an outage'),
  latencyP90: at(300, 'an agent that waits five minutes for a tool holds its run, its memory and its user'),
  score: at(0.7, 'below 0.7 the work of an agent is wrong more often than a reviewer can mend'),
  verificationFailureRatio: at(
    0.05,
    'verification is the last gate: one piece in twenty rejected means that what passes is doubtful',
  ),
  confidence: at(0.7, 'patterns below 0.7 are applied wrongly about as often as rightly'),
  planning: at(5, 'a plan that takes longer than 5 s is replanned before it is carried out'),
  coordination: at(0.95, 'more than a twentieth of the work spent on coordination grows with every agent'),
  unusedPatterns: at(1000, 'patterns that nobody uses cost memory and slow each retrieval'),
  memoryGrowthPerDay: at(10 * 1024 * 1024, 'learned patterns are small; 10 MB a day is a leak or a loop'),
  operationsPerSecond: at(
    150_000,
    'the rate that the agent platform promised; set it to what yours must hold, or delete the alert',
  ),
  agentFailureRatio: at(0.2, 'one run in five that fails is not the exception any more'),
  mcpErrorRatio: at(0.1, 'protocol errors are faults of client or server, not of the user'),
} as const;

export const DB = {
  unreachableRatio: at(0.9, 'a database that fails nine operations of ten is down, whatever the rest is'),
  errorRatio: at(0.05, 'constraint violations stay below it; one in twenty is a fault'),
  minimumOperations: at(20, 'fewer operations in the window make a single failure look like an outage'),
  slowPerSecond: at(0.1, 'one slow operation every ten seconds is no single report any more'),
  latencyP95: at(1, 'a request makes several operations; at one second each, nobody waits for the page'),
  poolShare: at(0.9, 'the last tenth is gone within one burst'),
} as const;

export const PIPELINE = {
  failureRatio: at(0.2, 'a stage that fails one run in five falls behind its source'),
  minimumRuns: at(5, 'fewer runs in the window prove nothing'),
  lastSuccess: at(7200, 'two runs of an hourly pipeline; set it to twice the interval of yours'),
  itemErrorRatio: at(0.1, 'single bad items are normal; one in ten is a source that changed'),
  minimumItems: at(20, 'of fewer items, a single bad one is more than the ratio allows'),
} as const;

export const RUNTIME = {
  eventLoopUtilization: at(0.9, 'above 0.9 every further request waits for the ones before it'),
  eventLoopDelayP99: at(0.25, 'a quarter of a second added to one request in a hundred is felt'),
  heapShare: at(0.9, 'near the limit V8 collects garbage all the time, then the process ends'),
  gcShare: at(0.1, 'a tenth of the time spent on garbage is taken from every request'),
  memoryGrowthPerDay: at(10 * 1024 * 1024, '10 MB a day is a leak once caches are warm'),
  memoryFloor: at(0.02, 'growth of less than 2 % of the memory a day is noise of the heap'),
  containerMemoryShare: at(0.9, 'the kernel ends the container at 1 without a warning'),
  fileDescriptorShare: at(0.8, 'new connections fail at 1; descriptors that leak do not come back'),
  cpuShare: at(0.9, 'the host has no reserve for a burst'),
  memoryShare: at(0.9, 'the host begins to swap or to end processes'),
  diskFreeShare: at(0.2, 'logs and databases write on; a fifth is some days of notice'),
  diskFullHours: at(4, 'hours; the answer time of the lowest tier'),
} as const;

export const SELF = {
  scrapeSeconds: at(2.5, 'a quarter of the default scrape timeout of 10 s'),
  rejectedPerSecond: at(0.01, 'more than one value in a hundred seconds is a fault of the code, not a slip'),
} as const;

export const STACK = {
  restarts: at(3, 'one restart is a deployment, two a bad one, more is a loop'),
  queueShare: at(0.8, 'a queue that is four fifths full drops data within minutes'),
} as const;
