// The fields that are to be read from JSON, as a tree of keys that is walked down while the JSON is parsed.

/** The paths of each field, of which a document may have any: keys joined by dots, `*` for every item of an array. */
export type FieldPaths<Field extends string> = Readonly<Partial<Record<Field, readonly string[]>>>;

/** A value that is read, or that has such values in it. */
export interface FieldNode<Field extends string> {
  readonly field: Field | undefined;
  /** Whether only its presence is read: true if there is something. */
  readonly isPresenceOnly: boolean;
  /** What is read of it if it is an object; undefined if nothing is. */
  readonly object: ContainerNode<Field> | undefined;
  /** What is read of it if it is an array; undefined if nothing is. */
  readonly array: ContainerNode<Field> | undefined;
}

/** What is read of an object, by its keys, or of every item of an array. */
export interface ContainerNode<Field extends string> {
  readonly keys: readonly KeyNode<Field>[] | undefined;
  readonly items: FieldNode<Field> | undefined;
}

interface KeyNode<Field extends string> {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly node: FieldNode<Field>;
}

interface Path<Field extends string> {
  readonly field: Field;
  readonly keys: readonly string[];
}

/**
 * Makes the tree of some fields, for any number of documents; where a document is an array, each of its items is one. Of the
 * fields in `presenceOnly` only the presence is read: anything but null and an empty text.
 */
export function fieldTree<Field extends string>(paths: FieldPaths<Field>, presenceOnly: readonly Field[] = []): FieldNode<Field> {
  const all = (Object.entries(paths) as [Field, readonly string[]][]).flatMap(([field, alternatives]) =>
    alternatives.map((path) => ({ field, keys: path.split('.') })),
  );
  const document = nodeOf(all, presenceOnly);
  return { ...document, array: { keys: undefined, items: document } };
}

function nodeOf<Field extends string>(paths: readonly Path<Field>[], presenceOnly: readonly Field[]): FieldNode<Field> {
  const field = paths.find(({ keys }) => keys.length === 0)?.field;
  const byKey = Map.groupBy(
    paths.filter(({ keys }) => keys.length > 0),
    ({ keys }) => keys[0]!,
  );
  const entries = [...byKey].map(([key, within]) => {
    const rest = within.map((path) => ({ ...path, keys: path.keys.slice(1) }));
    return { key, bytes: Buffer.from(key), length: Buffer.byteLength(key), node: nodeOf(rest, presenceOnly) };
  });
  const keys = entries.filter(({ key }) => key !== '*');
  const items = entries.find(({ key }) => key === '*')?.node;
  return {
    field,
    isPresenceOnly: field !== undefined && presenceOnly.includes(field),
    object: keys.length === 0 ? undefined : { keys, items: undefined },
    array: items && { keys: undefined, items },
  };
}
