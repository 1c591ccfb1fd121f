// What Redis commands are to metrics: which say how fast the server is, which look something up, and what their errors are called.
import { errorTypeOf } from '../../core/operation.ts';

/** A command, as far as metrics care. */
export interface RedisCommand {
  /** Upper case; a transaction goes by the name of the command that begins it. */
  readonly operation: string;
  /** Whether its duration says something of the server, given its arguments. */
  readonly isMeasured: (args: readonly unknown[]) => boolean;
  /** Whether a null in its reply stands for something that was not there. */
  readonly isLookUp: boolean;
}

/** These wait until something happens, or stand for a subscription, which waits as well: how long they take is how long nothing came. */
const BLOCKING = (
  'BLPOP BRPOP BLMPOP BLMOVE BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF MONITOR ' +
  'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE'
).split(' ');

/**
 * What the clients send by themselves to set up a connection, to see whether the server is ready and to learn of a cluster: it
 * comes with connections, not with what the application does, and the application's own could not be told from it.
 */
const UPKEEP = 'HELLO AUTH SELECT CLIENT READONLY READWRITE INFO CLUSTER SENTINEL ASKING RESET QUIT'.split(' ');

/** The beginning of a transaction, which is counted at its end. */
const NOT_MEASURED = new Set([...BLOCKING, ...UPKEEP, 'MULTI']);

const BLOCKING_IF_ASKED = new Set(['XREAD', 'XREADGROUP']);

/** Those that answer null for what is not there, for each key or field that they are asked for; none that writes a value. */
const LOOK_UPS = new Set('GET GETEX GETDEL MGET HGET HMGET HGETEX HGETDEL JSON.GET JSON.MGET'.split(' '));

const always = (): boolean => true;
const never = (): boolean => false;

/** What a command is, by its name in any case. */
export function redisCommandOf(name: string): RedisCommand {
  const upper = name.toUpperCase();
  const unlessBlocking = BLOCKING_IF_ASKED.has(upper) ? (args: readonly unknown[]) => !asksToBlock(args) : always;
  return {
    operation: upper === 'EXEC' ? 'MULTI' : upper,
    isMeasured: NOT_MEASURED.has(upper) ? never : unlessBlocking,
    isLookUp: LOOK_UPS.has(upper),
  };
}

/** Whether a read of streams is to wait; a stream's own name, which may be anything, comes after STREAMS. */
function asksToBlock(args: readonly unknown[]): boolean {
  for (const argument of args) {
    const upper = String(argument).toUpperCase();
    if (upper === 'BLOCK') return true;
    if (upper === 'STREAMS') return false;
  }
  return false;
}

const QUEUED = 'QUEUED';

/** Whether a reply says that the command waits for the end of its transaction, and is answered there. */
export function isQueuedReply(reply: unknown): boolean {
  // A value may be large: only what is of the right length is looked at.
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
