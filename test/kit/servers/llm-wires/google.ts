// The wire formats of Google's Gemini: content, whole and streamed, and embeddings.
import { optional, type PlainAnswer, type ProviderError, vectorsFor, type Wire, type WireEvent } from './wire.ts';

const shared = {
  framing: 'events',
  error: errorOf,
  errorEvent: (error: ProviderError): WireEvent => ({ data: errorOf(error) }),
  rateLimits: () => ({}),
} as const;

export const googleWires: readonly Wire[] = [
  {
    ...shared,
    path: /:(?:generateContent|streamGenerateContent)$/,
    isStream: (_, path) => path.endsWith(':streamGenerateContent'),
    whole: (answer) => partOf(answer, partsOf(answer), true),
    events: (answer) =>
      partsOf(answer).map((part, index, all) => ({ data: partOf(answer, [part], index === all.length - 1), isOutput: true })),
  },
  {
    ...shared,
    path: /:(?:embedContent|batchEmbedContents)$/,
    isStream: () => false,
    whole: embeddings,
    events: () => [],
  },
];

function errorOf({ status, type, message }: ProviderError): object {
  return { error: { code: status, message, status: type } };
}

function partsOf({ texts, toolCalls }: PlainAnswer): object[] {
  return [...texts.map((text) => ({ text })), ...toolCalls.map(({ name, input }) => ({ functionCall: { name, args: input } }))];
}

/** Each part has the tokens so far; those of the reasoning are not among those of the candidates. */
function partOf(answer: PlainAnswer, parts: readonly object[], isLast: boolean): object {
  const { usage, model, finishReason } = answer;
  const { input = 0, output = 0, cacheRead, reasoning } = usage ?? {};
  const usageMetadata = {
    promptTokenCount: input,
    ...(isLast && { candidatesTokenCount: output - (reasoning ?? 0) }),
    totalTokenCount: isLast ? input + output : input,
    ...optional('cachedContentTokenCount', cacheRead),
    ...optional('thoughtsTokenCount', reasoning),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
  };
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...(isLast && { finishReason: finishReason ?? 'STOP' }) }],
    ...(usage && { usageMetadata }),
    modelVersion: model,
    responseId: 'response-1',
  };
}

function embeddings({ request, usage }: PlainAnswer): object {
  const requests = request['requests'];
  const usageMetadata = usage && { promptTokenCount: usage.input, totalTokenCount: usage.input };
  if (!Array.isArray(requests)) return { embedding: { values: vectorsFor(1)[0] }, ...(usageMetadata && { usageMetadata }) };
  return { embeddings: vectorsFor(requests).map((values) => ({ values })), ...(usageMetadata && { usageMetadata }) };
}
