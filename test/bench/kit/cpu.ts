// CPU time of this process, garbage collector and compiler threads included, which other work on the machine hardly moves.

/** CPU time that the process used since `since`, in nanoseconds. */
export function cpuNanosSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) * 1000;
}

/** Runs batches until they have taken the given CPU time; gives nanoseconds for each of their operations. */
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

/** Makes calls that wait for something else, so many of them at a time; gives nanoseconds of CPU time for each. */
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
