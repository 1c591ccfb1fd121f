// MongoDB's commands: what each is called and works on, and what its reply or error says of how it ended.
//
// Nothing of a reply becomes a label but whole numbers: a server that answers whatever it likes can make up codes of errors, which
// the limits of the metrics hold, but no text. What cannot be read is left out; the driver is the one to complain of it.

/** The database and collection that the driver addresses a command to. */
export interface MongoNamespace {
  readonly db: string;
  readonly collection?: string | undefined;
}

/** A command as it is sent: its first key names it. */
export type MongoCommand = Readonly<Record<string, unknown>>;

/** What the driver makes of a call of the application, and commands of that. */
export interface MongoOperation {
  readonly commandName: string;
  readonly ns: MongoNamespace;
  /** Of one that runs a command as the application wrote it. */
  readonly command?: MongoCommand;
}

export interface MongoTarget {
  readonly name: string;
  readonly collection: string | undefined;
}

/** What the driver sends by itself on a connection that a pool has lent out. */
const DRIVERS_OWN = new Set(['endSessions', 'saslStart', 'saslContinue', 'authenticate']);

/** Commands to a database whose value is the name of a collection; that of others may be anything, such as a user's name. */
const OF_A_COLLECTION = new Set(
  'aggregate collMod collStats count create createIndexes delete distinct drop dropIndexes find findAndModify insert listIndexes update validate'.split(
    ' ',
  ),
);

/** What a command is called, and the collection that it is about; undefined for what the driver sends by itself. */
export function targetOf(command: MongoCommand, namespace: MongoNamespace): MongoTarget | undefined {
  const name = nameOf(command);
  if (name === undefined || DRIVERS_OWN.has(name)) return undefined;
  return { name, collection: collectionOf(namespace) ?? collectionIn(command, name) };
}

/** The same of an operation that never got as far as a command. */
export function targetOfOperation({ commandName, command, ns }: MongoOperation): MongoTarget | undefined {
  return targetOf(typeof command === 'object' ? command : { [commandName]: undefined }, ns);
}

function nameOf(command: MongoCommand): string | undefined {
  for (const name in command) return name;
  return undefined;
}

/** What concerns a whole database is addressed to `$cmd`. */
function collectionOf({ collection }: MongoNamespace): string | undefined {
  return collection === undefined || collection === '' || collection.startsWith('$') ? undefined : collection;
}

function collectionIn(command: MongoCommand, name: string): string | undefined {
  const collection = OF_A_COLLECTION.has(name) ? command[name] : name === 'getMore' ? command['collection'] : undefined;
  return typeof collection === 'string' ? collectionOf({ db: '', collection }) : undefined;
}

interface Refusal {
  readonly code?: unknown;
}

/** A reply that the driver has made an object of. */
interface PlainReply {
  readonly cursor?: { readonly firstBatch?: unknown; readonly nextBatch?: unknown };
  readonly writeErrors?: readonly Refusal[];
  readonly writeConcernError?: Refusal;
}

/** A reply that the driver reads as it needs it; the driver keeps what was read once. */
interface RawReply {
  get(key: string | number, type: number): RawReply | null | undefined;
  getNumber(key: string): number | null | undefined;
  /** How many documents came, where the reply is that of a cursor. */
  readonly batchSize?: unknown;
  readonly isExplain?: boolean;
}

/** BSON's numbers for the types that are asked for. */
const OBJECT = 3;
const ARRAY = 4;

/** How many documents a reply has brought; undefined where it is not one of a cursor. */
export function returnedDocuments(reply: unknown): number | undefined {
  try {
    if (isRaw(reply)) return reply.isExplain === true ? undefined : (reply.batchSize as number | undefined);
    const { cursor } = reply as PlainReply;
    const batch = cursor?.firstBatch ?? cursor?.nextBatch;
    return Array.isArray(batch) ? batch.length : undefined;
  } catch {
    return undefined;
  }
}

/** The code of the first write that a server refused in a reply which is no error, such as 11000 for a key that is there already. */
export function refusalOf(reply: unknown): string | undefined {
  try {
    return codeText(isRaw(reply) ? rawRefusal(reply) : plainRefusal(reply as PlainReply));
  } catch {
    return undefined;
  }
}

function isRaw(reply: unknown): reply is RawReply {
  return typeof (reply as RawReply).getNumber === 'function';
}

function rawRefusal(reply: RawReply): unknown {
  const write = reply.get('writeErrors', ARRAY)?.get(0, OBJECT) ?? reply.get('writeConcernError', OBJECT);
  return write?.getNumber('code');
}

function plainRefusal({ writeErrors, writeConcernError }: PlainReply): unknown {
  return (writeErrors?.[0] ?? writeConcernError)?.code;
}

/** The code that a server gave an error, else the error's name. A string for a code could be any text of the server's. */
export function mongoErrorType(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    if (typeof name === 'string' && name !== '') return (name.startsWith('Mongo') ? codeText(code) : undefined) ?? name;
  } catch {
    // An error whose getters throw is an error like any other.
  }
  return '_OTHER';
}

/** An application may ask for numbers as objects that keep BSON's type. */
function codeText(code: unknown): string | undefined {
  const number: unknown = code === null || code === undefined ? undefined : code.valueOf();
  return Number.isSafeInteger(number) ? String(number) : undefined;
}

/** Errors of operations that no connection was to be had for. */
const NOT_SENT = new Set([
  'MongoClientClosedError',
  'MongoNotConnectedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
]);

/** Whether an operation failed before its command was sent to a server. */
export function isNotSent(error: unknown): boolean {
  const { name, connectionGeneration } = error as { readonly name?: string; readonly connectionGeneration?: unknown };
  // The generation is noted on the error of a connection that could not be opened.
  return (name !== undefined && NOT_SENT.has(name)) || connectionGeneration !== undefined;
}
