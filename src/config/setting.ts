// What a setting is: a variable, how its text is read, what holds without it, and the types that follow.

/** What a parser is told and may tell while it reads one variable. */
export interface Reading {
  /** Tells that a part of the text is not `accepted`, a noun phrase; whatever else the text holds still counts. */
  readonly reject: (part: string, accepted: string) => void;
  /** The instrumentations there are; undefined if the caller of `loadConfig` did not say. */
  readonly instrumentations: readonly string[] | undefined;
}

/** Reads the text of a variable. It never throws, whatever the text. */
export interface Parser<T> {
  /** What is accepted, as a noun phrase for problems and documentation. */
  readonly accepts: string;
  /** Undefined if nothing in the text, which is trimmed, can be used. */
  readonly parse: (text: string, reading: Reading) => T | undefined;
  /** How the text may be shown, where it can hold something confidential; as it is unless said. */
  readonly show?: (text: string) => string;
}

export interface Setting<T = unknown> {
  readonly env: string;
  readonly parser: Parser<T>;
  /** The default as one would write it into the variable; without it the value may be undefined. */
  readonly fallback?: string;
  /** What holds while the variable is unset, in words, where the fallback itself does not say it. */
  readonly unset?: string;
  /** One sentence for the reference. */
  readonly brief: string;
  /** Its text never appears in a problem, a log or a summary. */
  readonly secret?: boolean;
}

/** The settings of one area by the name they have in the configuration. */
export type Area = Readonly<Record<string, Setting>>;

type Parsed<S> = S extends { readonly parser: Parser<infer T> } ? T : never;
type ValueOf<S> = S extends { readonly fallback: string } ? Parsed<S> : Parsed<S> | undefined;

/** The configuration that a table of areas is read into. */
export type ConfigOf<Table extends Readonly<Record<string, Area>>> = {
  readonly [Name in keyof Table]: { readonly [Key in keyof Table[Name]]: ValueOf<Table[Name][Key]> };
};
