// prom-client with a registry of its own.
import * as client from 'prom-client';
import { promClientLibrary } from './prom-client-library.ts';

export const library = promClientLibrary(client);
