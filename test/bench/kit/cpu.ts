// CPU time of this process, including garbage collector and compiler threads; other load on the machine hardly affects it.

/** CPU time of the process since `since`, in nanoseconds. */
export function cpuNanosSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) * 1000;
}

/** Runs batches until they have used the given CPU time; returns CPU nanoseconds per operation. */
export function nanosPerOperation(
  runBatch: () => void,
  batchSize: number,
  millis: number,
): { readonly nanos: number; readonly operations: number } {
  const start = process.cpuUsage();
  let operations = 0;
  let nanos = 0;
  do {
    runBatch();
    operations += batchSize;
    nanos = cpuNanosSince(start);
  } while (nanos < millis * 1e6);
  return { nanos: nanos / operations, operations };
}

/** Makes asynchronous calls, `atATime` of them concurrently; returns CPU nanoseconds per call. */
export async function nanosPerCall(call: () => Promise<unknown>, calls: number, atATime: number): Promise<number> {
  const start = process.cpuUsage();
  let begun = 0;
  const caller = async (): Promise<void> => {
    while (begun < calls) {
      begun += 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: atATime }, caller));
  return cpuNanosSince(start) / calls;
}
