// Mock models of the Vercel AI SDK, which send no request, with the name of a model that has a price.
import { MockEmbeddingModelV4, MockLanguageModelV4, simulateReadableStream } from 'ai/test';

export const USAGE = {
  inputTokens: { total: 12, noCache: 4, cacheRead: 6, cacheWrite: 2 },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
const STOP = { unified: 'stop', raw: 'end_turn' } as const;
const TOOL_CALLS = { unified: 'tool-calls', raw: 'tool_use' } as const;

export interface Answer {
  /** The tool that it calls; otherwise it answers with a text. */
  readonly tool?: string;
  readonly error?: unknown;
  readonly usage?: typeof USAGE | null;
  /** The error that its stream fails with after the first word. */
  readonly breaks?: unknown;
  /** Milliseconds before each part of a stream. */
  readonly delayMillis?: number;
  /** Its stream waits after the first word until it is cancelled. */
  readonly waits?: true;
}

/** A model that gives the answers one after the other, and then repeats the last. */
export function mockModel(...answers: Answer[]): MockLanguageModelV4 {
  let calls = 0;
  const next = (): Answer => {
    const answer = answers[Math.min(calls, answers.length - 1)] ?? {};
    calls += 1;
    // oxlint-disable-next-line typescript/only-throw-error -- applications throw anything
    if ('error' in answer) throw answer.error;
    return answer;
  };
  const call = (tool: string) => ({ type: 'tool-call' as const, toolCallId: `call-${calls}`, toolName: tool, input: '{}' });
  const usageOf = ({ usage }: Answer) => (usage === null ? NO_USAGE : (usage ?? USAGE));
  return new MockLanguageModelV4({
    provider: 'openai.chat',
    modelId: 'gpt-5',
    doGenerate: async () => {
      const answer = next();
      return {
        content: answer.tool === undefined ? [{ type: 'text', text: '{"said":"so"}' }] : [call(answer.tool)],
        finishReason: answer.tool === undefined ? STOP : TOOL_CALLS,
        usage: usageOf(answer),
        warnings: [],
        response: { modelId: 'gpt-5-2025-08-07' },
      };
    },
    doStream: async () => {
      const answer = next();
      const parts = [
        { type: 'stream-start' as const, warnings: [] },
        { type: 'response-metadata' as const, modelId: 'gpt-5-2025-08-07' },
        { type: 'text-start' as const, id: '1' },
        ...['{"said"', ':', '"so"}'].map((delta) => ({ type: 'text-delta' as const, id: '1', delta })),
        { type: 'text-end' as const, id: '1' },
        ...(answer.tool === undefined ? [] : [call(answer.tool)]),
        { type: 'finish' as const, finishReason: answer.tool === undefined ? STOP : TOOL_CALLS, usage: usageOf(answer) },
      ];
      if (answer.waits === true || 'breaks' in answer) return { stream: cutStream(parts.slice(0, 4), answer) };
      const delays = { initialDelayInMs: answer.delayMillis ?? null, chunkDelayInMs: answer.delayMillis ?? null };
      return { stream: simulateReadableStream({ chunks: parts, ...delays }) };
    },
  });
}

const NO_USAGE = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

function cutStream<Part>(parts: readonly Part[], { breaks, waits }: Answer): ReadableStream<Part> {
  const left = [...parts];
  return new ReadableStream<Part>({
    pull(controller) {
      if (left.length > 0) controller.enqueue(left.shift()!);
      else if (waits === true) return new Promise(() => {});
      else controller.error(breaks);
      return undefined;
    },
  });
}

export function mockEmbeddings(...errors: unknown[]): MockEmbeddingModelV4 {
  return new MockEmbeddingModelV4({
    provider: 'a-provider.embeddings',
    modelId: 'an-embedder',
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => {
      if (errors.length > 0) throw errors.shift();
      // Embeds longer texts faster, so that calls do not end in the order in which they began.
      await new Promise((resolve) => setTimeout(resolve, 20 / values[0]!.length));
      return { embeddings: values.map(() => [0.5]), usage: { tokens: 7 }, warnings: [] };
    },
  });
}
