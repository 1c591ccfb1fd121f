// The fields that are wanted of JSON, by the paths where they may stand, as a tree to walk down while it goes by.

/** A wanted field by the paths where it may stand: keys with dots between them, `*` for every item of an array. */
export type FieldPaths<Field extends string> = Readonly<Partial<Record<Field, readonly string[]>>>;

/** What is wanted of a value. */
export interface Place<Field extends string> {
  readonly field: Field | undefined;
  /** Whether it only matters that something is there. */
  readonly isMark: boolean;
  /** Undefined if nothing is wanted of it should it be an object. */
  readonly object: Inside<Field> | undefined;
  /** The same for an array. */
  readonly array: Inside<Field> | undefined;
}

/** What is wanted of the entries of an object, by their keys, or of every item of an array. */
export interface Inside<Field extends string> {
  readonly keys: readonly Entry<Field>[] | undefined;
  readonly items: Place<Field> | undefined;
}

interface Entry<Field extends string> {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly place: Place<Field>;
}

interface Wanted<Field extends string> {
  readonly field: Field;
  readonly keys: readonly string[];
}

/**
 * The wanted fields, ready to be looked for in any number of documents; of one that is an array, every item is a document. Of
 * `marks` it only matters that something is there: neither null nor an empty text.
 */
export function fieldTree<Field extends string>(paths: FieldPaths<Field>, marks: readonly Field[] = []): Place<Field> {
  const wanted = (Object.entries(paths) as [Field, readonly string[]][]).flatMap(([field, alternatives]) =>
    alternatives.map((path) => ({ field, keys: path.split('.') })),
  );
  const document = placeOf(wanted, marks);
  return { ...document, array: { keys: undefined, items: document } };
}

function placeOf<Field extends string>(wanted: readonly Wanted<Field>[], marks: readonly Field[]): Place<Field> {
  const field = wanted.find(({ keys }) => keys.length === 0)?.field;
  const beneath = Map.groupBy(
    wanted.filter(({ keys }) => keys.length > 0),
    ({ keys }) => keys[0]!,
  );
  const entries = [...beneath].map(([key, within]) => {
    const rest = within.map((each) => ({ ...each, keys: each.keys.slice(1) }));
    return { key, bytes: Buffer.from(key), length: Buffer.byteLength(key), place: placeOf(rest, marks) };
  });
  const keys = entries.filter(({ key }) => key !== '*');
  const items = entries.find(({ key }) => key === '*')?.place;
  return {
    field,
    isMark: field !== undefined && marks.includes(field),
    object: keys.length === 0 ? undefined : { keys, items: undefined },
    array: items && { keys: undefined, items },
  };
}
