// The type of a setting: its environment variable, parser, default and documentation; and the configuration type that follows.

/** What a parser gets beside the text. */
export interface ParseContext {
  /** Reports that a part of the text is not `accepted`, a noun phrase; the rest of the text is still used. */
  readonly reject: (part: string, accepted: string) => void;
  /** The names of all instrumentations; undefined if any name is accepted. */
  readonly instrumentations: readonly string[] | undefined;
}

/** Parses the text of a variable. It never throws, whatever the text. */
export interface Parser<T> {
  /** What is accepted, as a noun phrase for problems and documentation. */
  readonly accepts: string;
  /** Undefined if nothing in the text can be used. The text is trimmed. */
  readonly parse: (text: string, context: ParseContext) => T | undefined;
  /** The text as it may be shown, where it can hold something confidential; unchanged if absent. */
  readonly show?: (text: string) => string;
}

export interface Setting<T = unknown> {
  readonly env: string;
  readonly parser: Parser<T>;
  /** The default as one would write it into the variable; without it the value may be undefined. */
  readonly fallback?: string;
  /** What applies while the variable is unset, in words, where the fallback itself does not say it. */
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
