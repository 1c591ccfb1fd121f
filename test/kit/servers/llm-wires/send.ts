// Sends an answer of the loopback LLM provider as its script says: in time, compressed, in parts, broken off.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import type { Script } from '../llm-provider.ts';
import type { PlainAnswer, Wire, WireEvent } from './wire.ts';

export interface Answer {
  readonly wire: Wire;
  readonly plain: PlainAnswer;
  readonly script: Script;
  readonly isStream: boolean;
  readonly outputMillis: number[];
}

/** Each compresses what it has when it is flushed, so that an event is sent when it is written. */
const COMPRESS: Record<NonNullable<Script['encoding']>, () => Transform & { flush(done: () => void): void }> = {
  gzip: () => createGzip(),
  deflate: () => createDeflate(),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: () => createZstdCompress(),
};

/** Resolves when all of it was written, or the client is gone. */
export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  const { wire, plain, script } = answer;
  response.on('error', () => {});
  await sleep(script.headersDelayMillis ?? 0);
  const isStream = answer.isStream && script.error === undefined;
  response.writeHead(script.error?.status ?? 200, {
    'content-type': isStream ? TYPES[wire.framing] : 'application/json',
    ...(script.encoding && { 'content-encoding': script.encoding }),
    ...(script.rateLimits && wire.rateLimits(script.rateLimits)),
    ...script.headers,
  });
  const write = writerOf(response, script);
  if (isStream) await sendEvents(response, answer, write);
  else await write(JSON.stringify(script.error ? wire.error(script.error) : wire.whole(plain)), true);
}

const TYPES = { events: 'text/event-stream; charset=utf-8', lines: 'application/x-ndjson' } as const;

type Write = (text: string, isLast?: boolean) => Promise<void>;

async function sendEvents(response: ServerResponse, answer: Answer, write: Write): Promise<void> {
  const { wire, plain, script, outputMillis } = answer;
  const { firstDelayMillis = 0, eventDelayMillis = 0, breakAfter } = script;
  response.flushHeaders();
  for (const event of wire.events(plain)) {
    if (event.isOutput) {
      if (outputMillis.length === breakAfter?.outputs) return await breakOff(response, answer, write);
      await sleep(outputMillis.length === 0 ? firstDelayMillis : eventDelayMillis);
      if (response.destroyed) return;
      outputMillis.push(performance.now());
    }
    await write(textOf(event, wire));
  }
  if (outputMillis.length === breakAfter?.outputs) await breakOff(response, answer, write);
  else await write('', true);
}

async function breakOff(response: ServerResponse, { wire, script }: Answer, write: Write): Promise<void> {
  const { by } = script.breakAfter!;
  if (by === 'destroy') response.destroy();
  else if (by !== 'hang') await write(textOf(wire.errorEvent(by), wire), true);
}

function textOf({ name, data }: WireEvent, { framing }: Wire): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return framing === 'lines' ? `${text}\n` : `${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`;
}

/** Writes text, compressed and in parts where the script says so. */
function writerOf(response: ServerResponse, { encoding, partBytes = Infinity }: Script): Write {
  const compress = encoding && COMPRESS[encoding]();
  let packed: Buffer[] = [];
  compress?.on('data', (bytes: Buffer) => packed.push(bytes));
  const pack = async (text: string, isLast: boolean): Promise<Uint8Array> => {
    if (compress === undefined) return Buffer.from(text);
    packed = [];
    if (text !== '') compress.write(text);
    if (isLast) await once(compress.end(), 'end');
    else await new Promise<void>((resolve) => compress.flush(resolve));
    return Buffer.concat(packed);
  };
  return async (text, isLast = false) => {
    const bytes = await pack(text, isLast);
    for (let from = 0; from < bytes.length && !response.destroyed; from += partBytes) {
      response.write(bytes.subarray(from, from + partBytes));
      // A turn of its own for each part, or they would go out together.
      if (partBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
    if (isLast) response.end();
  };
}
