// The instrument of an invalid declaration: it accepts every call and records nothing.

const series = {
  value: 0,
  sum: 0,
  count: 0,
  bounds: [],
  counts: [0],
  add: (): void => {},
  observe: (): void => {},
  set: (): void => {},
  record: (): void => {},
};

/** Has the methods of every kind, since any may have been meant. */
export const noopInstrument = { ...series, bind: () => series, remove: (): void => {} };
