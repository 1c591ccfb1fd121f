// Classifies Redis commands for metrics: which are timed, which are look-ups, and the `error.type` of a failure.
import { errorTypeOf } from '../../core/operation.ts';

export interface RedisCommand {
  /** The `db.operation.name`, in upper case; a transaction's is that of the command that begins it. */
  readonly operation: string;
  /** Whether it is timed, given its arguments. */
  readonly isMeasured: (args: readonly unknown[]) => boolean;
  /** Whether a null in its reply is a miss. */
  readonly isLookUp: boolean;
}

/** These block until something happens, or subscribe: their duration is the time for which nothing happened. */
const BLOCKING = (
  'BLPOP BRPOP BLMPOP BLMOVE BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF MONITOR ' +
  'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE'
).split(' ');

/**
 * What the clients themselves send to set up a connection, to check that the server is ready and to discover a cluster: it
 * depends on connections rather than on what the application does, and cannot be distinguished from what the application sends of
 * the same.
 */
const UPKEEP = 'HELLO AUTH SELECT CLIENT READONLY READWRITE INFO CLUSTER SENTINEL ASKING RESET QUIT'.split(' ');

/** A transaction is timed at its end, by its EXEC. */
const NOT_MEASURED = new Set([...BLOCKING, ...UPKEEP, 'MULTI']);

const BLOCKING_BY_OPTION = new Set(['XREAD', 'XREADGROUP']);

/** Those that reply null for each missing key or field; none that writes a value. */
const LOOK_UPS = new Set('GET GETEX GETDEL MGET HGET HMGET HGETEX HGETDEL JSON.GET JSON.MGET'.split(' '));

const always = (): boolean => true;
const never = (): boolean => false;

/** Classifies a command by its name, in any case. */
export function redisCommandOf(name: string): RedisCommand {
  const upper = name.toUpperCase();
  const unlessBlocking = BLOCKING_BY_OPTION.has(upper) ? (args: readonly unknown[]) => !isToBlock(args) : always;
  return {
    operation: upper === 'EXEC' ? 'MULTI' : upper,
    isMeasured: NOT_MEASURED.has(upper) ? never : unlessBlocking,
    isLookUp: LOOK_UPS.has(upper),
  };
}

/** Whether a read of streams blocks; the names of streams, which may be BLOCK as well, come after STREAMS. */
function isToBlock(args: readonly unknown[]): boolean {
  for (const argument of args) {
    const upper = String(argument).toUpperCase();
    if (upper === 'BLOCK') return true;
    if (upper === 'STREAMS') return false;
  }
  return false;
}

const QUEUED = 'QUEUED';

/** Whether the server has queued the command in a transaction, at whose end the reply comes. */
export function isQueuedReply(reply: unknown): boolean {
  // A value may be large: only one of the right length is converted.
  return reply === QUEUED || (Buffer.isBuffer(reply) && reply.length === QUEUED.length && reply.toString() === QUEUED);
}

/** An error reply begins with its code, such as WRONGTYPE. */
const REPLY_CODE = /^[A-Z]{2,40}(?= |$)/;

/**
 * The `error.type` of a failed command: the code of Redis' error reply, the code or name of any other error, or else its class,
 * since node-redis gives its errors no name.
 */
export function redisErrorType(error: unknown): string {
  const type = errorTypeOf(error);
  if (type !== 'Error' && type !== 'ReplyError') return type;
  const { message, constructor } = error as Partial<Error>;
  return REPLY_CODE.exec(String(message))?.[0] ?? (constructor?.name || type);
}
