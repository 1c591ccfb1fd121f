// Why an export failed, in a few words, from whatever was thrown.
import { describe, expect, it } from 'vitest';
import { causeOf } from '../../src/sdk/export-error.ts';

const error = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);

describe('the cause of a failed export', () => {
  it.each([
    [
      error('connect ECONNREFUSED 127.0.0.1:4318', { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
      'connect ECONNREFUSED 127.0.0.1:4318',
    ],
    [
      Object.assign(new AggregateError([error('connect ECONNREFUSED ::1:4318'), error('connect ECONNREFUSED 127.0.0.1:4318')]), {
        code: 'ECONNREFUSED',
      }),
      'ECONNREFUSED',
      'connect ECONNREFUSED ::1:4318',
    ],
    [error('Unauthorized', { code: 401, name: 'OTLPExporterError' }), '401', '401 Unauthorized'],
    [error('', { code: 502 }), '502', '502'],
    [
      error('14 UNAVAILABLE: No connection established', { code: 14 }),
      'UNAVAILABLE',
      '14 UNAVAILABLE: No connection established',
    ],
    [error('no answer within 5 ms'), 'Error', 'no answer within 5 ms'],
    [error('two\nlines'), 'Error', 'two lines'],
    ['text', '_OTHER', 'text'],
    [undefined, '_OTHER', 'undefined'],
    [null, '_OTHER', 'null'],
  ])('%s', (thrown, type, text) => {
    expect(causeOf(thrown)).toEqual({ type, text });
  });
});
