// Named values map to the same attributes whether or not the process may compile code, whatever they are.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { attributesFrom } from '../../src/api/named-attributes.ts';
import { agentMemoryOperation, agentMemoryPatternType } from '../../src/catalog/agent-attributes.ts';
import { agentMemoryOperations } from '../../src/catalog/agents.ts';
import { onProblem, type Problem } from '../../src/core/problem.ts';

const SPECS = { operation: agentMemoryOperation, pattern: agentMemoryPatternType } as const;
const WORDING = { required: ['operation'] as const, example: "{ operation: 'learning' }" };

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

function withoutCompiling<Result>(run: () => Result): Result {
  vi.stubGlobal('Function', () => {
    throw new EvalError('Code generation from strings disallowed for this context');
  });
  try {
    return run();
  } finally {
    vi.unstubAllGlobals();
  }
}

describe('named attributes', () => {
  const compiled = attributesFrom(SPECS, WORDING);
  const read = withoutCompiling(() => attributesFrom(SPECS, WORDING));

  it('attributesFrom maps named values to attributes', () => {
    for (const attributesOf of [compiled, read])
      expect(attributesOf({ operation: 'learning', pattern: 'fix' }, agentMemoryOperations)).toEqual({
        'agent.memory.operation': 'learning',
        'agent.memory.pattern.type': 'fix',
      });
  });

  it('attributesFrom gives the same attributes with and without compiled code', () => {
    const values = fc.oneof(fc.string(), fc.integer(), fc.anything());
    const given = fc.oneof(fc.record({ operation: values, pattern: values }, { requiredKeys: [] }), fc.anything());
    fc.assert(
      fc.property(given, (words) => {
        const [one, other] = [compiled, read].map((attributesOf) => attributesOf(words as object, agentMemoryOperations));
        expect(one).toEqual(other);
      }),
      { numRuns: 300 },
    );
  });

  it('attributesFrom leaves out values that cannot be read, and reports a missing required one', () => {
    const hostile = {
      get operation(): never {
        throw new Error('getter');
      },
      pattern: 'fix',
    };
    expect(compiled(hostile, agentMemoryOperations)).toEqual({ 'agent.memory.pattern.type': 'fix' });
    expect(problems).toContainEqual({
      subject: 'agent.memory.operations',
      message: "is recorded without its operation, which is undefined: accepted is { operation: 'learning' }",
    });
  });
});
