// Parses MongoDB's commands, replies and errors: the name and collection of a command, returned documents, error types.
//
// Only whole numbers of a reply become labels: a malicious server can make up error codes, which the metrics' limits hold, but no
// text. What cannot be read is left out; the driver is the one to report it.

/** The database and collection that the driver addresses a command to. */
export interface MongoNamespace {
  readonly db: string;
  readonly collection?: string | undefined;
}

/** A command as it is sent: its first key is its name. */
export type MongoCommand = Readonly<Record<string, unknown>>;

/** The driver's object for a call of the application, which sends commands. */
export interface MongoOperation {
  readonly commandName: string;
  readonly ns: MongoNamespace;
  /** Where the application wrote the command itself. */
  readonly command?: MongoCommand;
}

export interface MongoTarget {
  readonly name: string;
  readonly collection: string | undefined;
}

/** What the driver sends on its own on a connection that is in use. */
const DRIVERS_OWN = new Set(['endSessions', 'saslStart', 'saslContinue', 'authenticate']);

/** Commands to a database whose value is the name of a collection; that of others may be anything, such as a user's name. */
const OF_A_COLLECTION = new Set(
  'aggregate collMod collStats count create createIndexes delete distinct drop dropIndexes find findAndModify insert listIndexes update validate'.split(
    ' ',
  ),
);

/** The name and collection of a command; undefined for what the driver sends on its own. */
export function targetOf(command: MongoCommand, namespace: MongoNamespace): MongoTarget | undefined {
  const name = nameOf(command);
  if (name === undefined || DRIVERS_OWN.has(name)) return undefined;
  return { name, collection: collectionOf(namespace) ?? collectionIn(command, name) };
}

/** The same of an operation that has sent no command. */
export function targetOfOperation({ commandName, command, ns }: MongoOperation): MongoTarget | undefined {
  return targetOf(typeof command === 'object' ? command : { [commandName]: undefined }, ns);
}

function nameOf(command: MongoCommand): string | undefined {
  for (const name in command) return name;
  return undefined;
}

/** Commands to a whole database are addressed to `$cmd`. */
function collectionOf({ collection }: MongoNamespace): string | undefined {
  return collection === undefined || collection === '' || collection.startsWith('$') ? undefined : collection;
}

function collectionIn(command: MongoCommand, name: string): string | undefined {
  const collection = OF_A_COLLECTION.has(name) ? command[name] : name === 'getMore' ? command['collection'] : undefined;
  return typeof collection === 'string' ? collectionOf({ db: '', collection }) : undefined;
}

/** The conventions' name of an error that has none. */
const OTHER = '_OTHER';

interface Refusal {
  readonly code?: unknown;
}

/** A reply that the driver has made an object of. */
interface PlainReply {
  readonly cursor?: { readonly firstBatch?: unknown; readonly nextBatch?: unknown };
  readonly writeErrors?: readonly Refusal[];
  readonly writeConcernError?: Refusal;
}

/** A reply whose fields the driver parses when they are read, and caches. */
interface RawReply {
  get(key: string | number, type: number): RawReply | null | undefined;
  getNumber(key: string): number | null | undefined;
  /** The number of documents in the reply of a cursor. */
  readonly batchSize?: unknown;
  readonly isExplain?: boolean;
}

/** BSON's numbers of types. */
const OBJECT = 3;
const ARRAY = 4;

/** The number of documents in a reply; undefined if it is not one of a cursor. */
export function returnedDocuments(reply: unknown): number | undefined {
  try {
    if (isRaw(reply)) return reply.isExplain !== true && typeof reply.batchSize === 'number' ? reply.batchSize : undefined;
    const { cursor } = reply as PlainReply;
    const batch = cursor?.firstBatch ?? cursor?.nextBatch;
    return Array.isArray(batch) ? batch.length : undefined;
  } catch {
    return undefined;
  }
}

/** The code of the first write that a server refused in a reply that is no error, such as 11000 for a duplicate key. */
export function refusalOf(reply: unknown): string | undefined {
  try {
    return isRaw(reply) ? rawRefusal(reply) : plainRefusal(reply as PlainReply);
  } catch {
    return undefined;
  }
}

function isRaw(reply: unknown): reply is RawReply {
  return typeof (reply as RawReply).getNumber === 'function';
}

function rawRefusal(reply: RawReply): string | undefined {
  const write = reply.get('writeErrors', ARRAY)?.get(0, OBJECT) ?? reply.get('writeConcernError', OBJECT);
  return write ? (codeText(write.getNumber('code')) ?? OTHER) : undefined;
}

/** An application may have replies returned as bytes: then there is an error, but its code cannot be read. */
function plainRefusal({ writeErrors, writeConcernError }: PlainReply): string | undefined {
  const write = writeErrors?.[0] ?? writeConcernError;
  return write === undefined ? undefined : (codeText(write.code) ?? OTHER);
}

/** The code of a server's error, else the error's name. A code that is a string could be any text of the server's. */
export function mongoErrorType(error: unknown): string {
  const name = errorName(error);
  try {
    if (name?.startsWith('Mongo') === true) return codeText((error as { readonly code?: unknown }).code) ?? name;
  } catch {
    // The error has a getter that throws.
  }
  return name ?? OTHER;
}

/** The name of what was thrown, which may be anything: an application can abort an operation with any value. */
export function errorName(error: unknown): string | undefined {
  try {
    const { name } = error as { readonly name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** An application may have numbers returned as objects that keep BSON's type. */
function codeText(code: unknown): string | undefined {
  const number: unknown = code === null || code === undefined ? undefined : code.valueOf();
  return Number.isSafeInteger(number) ? String(number) : undefined;
}

/** Errors of operations that got no connection. Some of them also end commands that were sent. */
const NOT_SENT = new Set<unknown>([
  'MongoClientClosedError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
]);

/** Errors of commands, by which the driver fails the operation as well. */
const sentErrors = new WeakSet<object>();

/** Notes that a command was sent and failed with this error. */
export function noteSent(error: unknown): void {
  if (typeof error === 'object' && error !== null) sentErrors.add(error);
}

/** Whether an operation failed with this error before a command was sent. */
export function isNotSent(error: unknown): boolean {
  try {
    const { name, connectionGeneration } = error as { readonly name?: unknown; readonly connectionGeneration?: unknown };
    // The error of a connection that could not be opened has a generation.
    return (NOT_SENT.has(name) || connectionGeneration !== undefined) && !sentErrors.has(error as object);
  } catch {
    return false;
  }
}
