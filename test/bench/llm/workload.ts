// The process of the LLM benchmark: streamed calls with OpenAI's client, then unrelated fetches.
import { createRequire } from 'node:module';
import type OpenAI from 'openai';
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerCall } from '../kit/cpu.ts';
import { COUNT } from './events.ts';

/** One round: the number of calls and of fetches. */
export interface Round {
  readonly calls: number;
  readonly fetches: number;
}

/** CPU time per call and per fetch. */
export interface LlmCosts {
  readonly callMicros: number;
  readonly fetchMicros: number;
}

/** Arguments: the port of the provider, and the package of the client. */
const [port, clientPackage] = process.argv.slice(2);

const AT_A_TIME = 8;
const origin = `http://127.0.0.1:${port}`;

const { OpenAI: Client } = createRequire(import.meta.url)(clientPackage!) as { OpenAI: typeof OpenAI };
const client = new Client({ baseURL: `${origin}/v1`, apiKey: 'none', maxRetries: 0 });

answerQuestions(async ({ calls, fetches }: Round): Promise<LlmCosts> => {
  const callNanos = await nanosPerCall(callModel, calls, AT_A_TIME);
  const fetchNanos = await nanosPerCall(fetchOther, fetches, AT_A_TIME);
  return {
    callMicros: callNanos / 1000,
    fetchMicros: fetchNanos / 1000,
  };
});

async function callModel(): Promise<void> {
  const stream = await client.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: 'How are you?' }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let events = 0;
  for await (const _event of stream) events += 1;
  if (events !== COUNT) throw new Error(`${events} events came`);
}

async function fetchOther(): Promise<void> {
  const response = await fetch(`${origin}/other`);
  await response.text();
}
