// What stands in for the instrument of a declaration that cannot work: it takes every call and keeps nothing.

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

/** Has every method of every kind, since whoever declared it may have meant any. */
export const noopInstrument = { ...series, bind: () => series, remove: (): void => {} };
