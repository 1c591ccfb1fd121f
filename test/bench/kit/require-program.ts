// Finds the external programs that benchmarks need, such as redis-server.
import { findProgram, type Program, type ProgramName } from '../../kit/programs.ts';

/** Finds a program; throws if it is missing. */
export function requireProgram<Name extends ProgramName>(name: Name): Program<Name> {
  const program = findProgram(name);
  if ('missing' in program) throw new Error(program.missing);
  return program;
}
