// @prometheus-io/client, the successor of prom-client, with a registry of its own.
import * as client from '@prometheus-io/client';
import { promClientLibrary } from './prom-client-library.ts';

export const library = promClientLibrary(client as never);
