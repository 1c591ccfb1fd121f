// The connections of OTLP over http: kept open between exports, and never a reason for the process to stay.
import type { Agent, AgentOptions } from 'node:https';
import { markOwnAgent } from '../core/own-agent.ts';
import { messageOf, reportProblem } from '../core/problem.ts';

/** PEM files; undefined where Node's own certificates do, or the client shows none. */
export interface TlsFiles {
  readonly certificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

/** Builds the agent for `http:` or `https:`. Whoever needs an export to finish has to hold the process itself. */
export function otlpAgent(protocol: string, files: TlsFiles): Agent {
  const { Agent: BaseAgent } = process.getBuiltinModule(
    protocol === 'http:' ? 'node:http' : 'node:https',
  ) as typeof import('node:https');
  class UnreferencedAgent extends BaseAgent {
    override createConnection(...connection: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
      const socket = super.createConnection(...connection);
      (socket as { unref?: () => void } | null | undefined)?.unref?.();
      return socket;
    }

    /** Without this, a socket that is used again would hold the process again. */
    override reuseSocket(): void {}
  }
  const agent = new UnreferencedAgent({ keepAlive: true, ...(protocol === 'http:' ? {} : tlsOptions(files)) });
  markOwnAgent(agent);
  return agent;
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
