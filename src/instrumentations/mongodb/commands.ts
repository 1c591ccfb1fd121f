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
    if (isRaw(reply)) return reply.isExplain !== true && typeof reply.batchSize === 'number' ? reply.batchSize : undefined;
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

/** An application may ask for bytes instead of objects: then there is an error, but no code to be read. */
function plainRefusal({ writeErrors, writeConcernError }: PlainReply): string | undefined {
  const write = writeErrors?.[0] ?? writeConcernError;
  return write === undefined ? undefined : (codeText(write.code) ?? OTHER);
}

/** The code that a server gave an error, else the error's name. A string for a code could be any text of the server's. */
export function mongoErrorType(error: unknown): string {
  const name = errorName(error);
  try {
    if (name?.startsWith('Mongo') === true) return codeText((error as { readonly code?: unknown }).code) ?? name;
  } catch {
    // A code that cannot be read is none.
  }
  return name ?? OTHER;
}

/** The name of what was thrown, which may be anything: who gives up an operation says with what it fails. */
export function errorName(error: unknown): string | undefined {
  try {
    const { name } = error as { readonly name?: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** An application may ask for numbers as objects that keep BSON's type. */
function codeText(code: unknown): string | undefined {
  const number: unknown = code === null || code === undefined ? undefined : code.valueOf();
  return Number.isSafeInteger(number) ? String(number) : undefined;
}

/** Errors of operations that no connection was to be had for. Some of them also end commands under way. */
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

/** Keeps in mind that a command was sent and failed by this error. */
export function noteSent(error: unknown): void {
  if (typeof error === 'object' && error !== null) sentErrors.add(error);
}

/** Whether an operation failed by this error before its command was sent to a server. */
export function isNotSent(error: unknown): boolean {
  try {
    const { name, connectionGeneration } = error as { readonly name?: unknown; readonly connectionGeneration?: unknown };
    // The generation is noted on the error of a connection that could not be opened.
    return (NOT_SENT.has(name) || connectionGeneration !== undefined) && !sentErrors.has(error as object);
  } catch {
    return false;
  }
}
