// The real programs that benchmarks measure clients against.
import { findProgram, type Program, type ProgramName } from '../../kit/programs.ts';

/** A program that a benchmark cannot do without; throws if it is missing. */
export function requireProgram<Name extends ProgramName>(name: Name): Program<Name> {
  const program = findProgram(name);
  if ('missing' in program) throw new Error(program.missing);
  return program;
}
