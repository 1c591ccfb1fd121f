// The HTTP agent of OTLP exporters: its connections are kept open between exports and do not keep the process alive.
import type { ClientRequest } from 'node:http';
import type { Agent, AgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OtlpTarget } from '../config/otlp-target.ts';
import { markInternalAgent } from '../core/internal-traffic.ts';
import { messageOf, reportProblem } from '../core/problem.ts';

/** PEM files; undefined for Node's own certificates, and where the client has none. */
type TlsFiles = Pick<OtlpTarget, 'certificate' | 'clientCertificate' | 'clientKey'>;

/** Makes the agent for `http:` or `https:`. The caller has to keep the process alive until an export is done. */
export function otlpAgent(protocol: string, files: TlsFiles): Agent {
  const { Agent: BaseAgent } = process.getBuiltinModule(
    protocol === 'http:' ? 'node:http' : 'node:https',
  ) as typeof import('node:https');
  class UnreferencedAgent extends BaseAgent {
    override createConnection(...connection: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
      const socket = super.createConnection(...connection);
      unreference(socket);
      return socket;
    }

    /** The base class refs a socket that it reuses. */
    override reuseSocket(socket: Duplex, request: ClientRequest): void {
      super.reuseSocket(socket, request);
      unreference(socket);
    }
  }
  const agent = new UnreferencedAgent({ keepAlive: true, ...(protocol === 'http:' ? {} : tlsOptions(files)) });
  markInternalAgent(agent);
  return agent;
}

function unreference(socket: Duplex | null | undefined): void {
  (socket as Partial<Socket> | null | undefined)?.unref?.();
}

function tlsOptions({ certificate, clientCertificate, clientKey }: TlsFiles): AgentOptions {
  const options: AgentOptions = {};
  const ca = contentOf(certificate);
  const cert = contentOf(clientCertificate);
  const key = contentOf(clientKey);
  if (ca !== undefined) options.ca = ca;
  if (cert !== undefined) options.cert = cert;
  if (key !== undefined) options.key = key;
  return options;
}

function contentOf(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return process.getBuiltinModule('node:fs').readFileSync(file);
  } catch (error) {
    reportProblem('OTLP', `a PEM file cannot be read (${messageOf(error)}); exports go without it`);
    return undefined;
  }
}
