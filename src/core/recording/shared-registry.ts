// The one registry of a process, shared by every copy of promtel that was loaded into it.
import { sharedAcrossCopies } from '../shared-across-copies.ts';
import { Registry } from './registry.ts';

/** The registry that the register entry, the API and the testing helpers all record into. */
export const sharedRegistry = sharedAcrossCopies('registry.1', () => new Registry());
