// The path of whatever a client may put into the first line of a request.
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
  ])('of %s is %s', (target, expected) => {
    expect(pathOf(target)).toBe(expected);
  });
});
