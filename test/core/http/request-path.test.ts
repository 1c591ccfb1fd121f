// pathOf: the path of any target that a client may send in the request line.
import { describe, expect, it } from 'vitest';
import { pathOf } from '../../../src/core/http/request-path.ts';

describe('pathOf', () => {
  it.each([
    ['/health', '/health'],
    ['/health?full=1', '/health'],
    ['/a?b?c', '/a'],
    ['/', '/'],
    ['http://host:80/health?x', '/health'],
    ['HTTPS://host/health', '/health'],
    ['http://host?x', ''],
    ['/http://host/x', '/http://host/x'],
    ['*', '*'],
    ['host:443', 'host:443'],
    ['', ''],
    [undefined, ''],
  ])('the path of target %s is %s', (target, expected) => {
    expect(pathOf(target)).toBe(expected);
  });
});
