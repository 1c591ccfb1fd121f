// The known differences between the metrics of promtel and of the official instrumentation of pg, with reasons.

/** How often something was measured, by operation and error, or how many connections there are, by state. */
export type Counts = Readonly<Record<string, number>>;

export interface PgDifference {
  readonly why: string;
  /** What promtel measures instead. */
  readonly scenarios: Readonly<Record<string, Counts>>;
}

export const pgDifferences: readonly PgDifference[] = [
  {
    why: 'The error of a promise is not recorded: it looks like a success.',
    scenarios: { 'a promise that fails': { 'INSERT 23505': 1 } },
  },
  {
    why: 'Nor is the error of a callback that has no code.',
    scenarios: { 'a client that is closed': { 'SELECT closed': 1 } },
  },
  {
    why: 'A query that has neither promise nor callback is not measured.',
    scenarios: { 'a query of the application': { SELECT: 1 } },
  },
  {
    why: 'A prepared statement has no operation once its text need not be sent again.',
    scenarios: { 'a prepared statement again, by its name': { SELECT: 1 } },
  },
  {
    why: 'Whatever comes before the first blank is taken for the operation, be it a value.',
    scenarios: {
      'a line break after the keyword': { SELECT: 1 },
      'a comment before the keyword': { SELECT: 1 },
      'a syntax error': { '_OTHER 42601': 1 },
    },
  },
  {
    why: 'A connection is counted as lent out still when it is given back, until something else happens to the pool.',
    scenarios: {
      'a pool that has one back': { used: 1, idle: 1 },
      'a pool that has all back': { used: 0, idle: 2 },
    },
  },
];
