// Which Redis commands are measured, which look something up, what their errors are called, and which replies come later.
import { describe, expect, it } from 'vitest';
import { isQueuedReply, redisCommandOf, redisErrorType } from '../../../src/recorders/db/redis-commands.ts';

describe('a Redis command', () => {
  it.each([
    ['get', [], 'GET', true, true],
    ['JSON.MGET', [], 'JSON.MGET', true, true],
    ['set', [], 'SET', true, false],
    ['exec', [], 'MULTI', true, false],
    ['multi', [], 'MULTI', false, false],
    ['blpop', [], 'BLPOP', false, false],
    ['Subscribe', [], 'SUBSCRIBE', false, false],
    ['hello', ['3'], 'HELLO', false, false],
    ['xread', ['count', '1', 'streams', 'block', '0'], 'XREAD', true, false],
    ['xread', ['block', '0', 'streams', 'a', '$'], 'XREAD', false, false],
    ['xreadgroup', ['GROUP', 'g', 'c', 'BLOCK', '5', 'STREAMS', 'a', '>'], 'XREADGROUP', false, false],
  ])('%s %j has an operation, is measured or not, and is a look-up or not', (name, args, operation, isMeasured, isLookUp) => {
    const command = redisCommandOf(name);
    expect([command.operation, command.isMeasured(args), command.isLookUp]).toEqual([operation, isMeasured, isLookUp]);
  });
});

it.each([
  ['QUEUED', true],
  [Buffer.from('QUEUED'), true],
  ['QUEUED ', false],
  [Buffer.from('queued'), false],
  [null, false],
  [['QUEUED'], false],
])('only QUEUED is the reply of a command in a pending transaction: %o', (reply, expected) => {
  expect(isQueuedReply(reply)).toBe(expected);
});

class ClientClosedError extends Error {}

it.each([
  [new Error('WRONGTYPE Operation against a key'), 'WRONGTYPE'],
  [Object.assign(new Error('ERR unknown command'), { name: 'ReplyError' }), 'ERR'],
  [new Error('NOAUTH'), 'NOAUTH'],
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new TypeError('not a function'), 'TypeError'],
  [new ClientClosedError('The client is closed'), 'ClientClosedError'],
  [new Error('lower case'), 'Error'],
  [null, '_OTHER'],
])('the error type of a Redis command is its code, name or class: %o', (error, expected) => {
  expect(redisErrorType(error)).toBe(expected);
});
