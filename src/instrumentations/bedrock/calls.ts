// Calls of models on Amazon Bedrock: the operation and model of a command, the usage and stop reason of its result.
import type { TokenUsage } from '../../core/token-usage.ts';
import type { LlmCallEnd } from '../../recorders/llm/calls.ts';

/** The commands that call a model, with their operation; whether InvokeModel embeds shows in the name of the model. */
const OPERATIONS = {
  ConverseCommand: 'chat',
  ConverseStreamCommand: 'chat',
  InvokeModelCommand: 'generate_content',
  InvokeModelWithResponseStreamCommand: 'generate_content',
} as const;

export type BedrockOperation = (typeof OPERATIONS)[keyof typeof OPERATIONS] | 'embeddings';

export interface BedrockCommand {
  readonly constructor: { readonly name: string };
  readonly input?: { readonly modelId?: unknown };
}

interface ConverseUsage {
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  readonly cacheReadInputTokens?: unknown;
  readonly cacheWriteInputTokens?: unknown;
  readonly cacheDetails?: readonly { readonly ttl?: unknown; readonly inputTokens?: unknown }[];
}

/** Of a whole response, or of the events of a stream. */
export interface ConverseResult {
  readonly stopReason?: string;
  readonly usage?: ConverseUsage;
}

export interface ConverseEvent {
  readonly contentBlockStart?: { readonly start?: unknown };
  readonly contentBlockDelta?: unknown;
  readonly messageStop?: { readonly stopReason?: string };
  readonly metadata?: { readonly usage?: ConverseUsage };
}

/** Undefined if the command calls no model. */
export function bedrockOperation({ constructor, input }: BedrockCommand): BedrockOperation | undefined {
  const { name } = constructor;
  if (!Object.hasOwn(OPERATIONS, name)) return undefined;
  const operation = OPERATIONS[name as keyof typeof OPERATIONS];
  return operation !== 'chat' && /\bembed/.test(String(input?.modelId)) ? 'embeddings' : operation;
}

/** The model, without the region and account of an ARN. */
export function bedrockModel({ input }: BedrockCommand): string | undefined {
  const id = input?.modelId;
  if (typeof id !== 'string' || id === '') return undefined;
  return id.startsWith('arn:') ? id.slice(id.lastIndexOf('/') + 1) : id;
}

export function converseEnd({ stopReason, usage }: ConverseResult): LlmCallEnd {
  return { finishReason: typeof stopReason === 'string' ? stopReason : undefined, usage: usageOf(usage) };
}

/** Bedrock's input tokens do not include those of the cache. */
function usageOf(usage: ConverseUsage | undefined): TokenUsage | undefined {
  const [input, output] = [count(usage?.inputTokens), count(usage?.outputTokens)];
  if (input === undefined && output === undefined) return undefined;
  const [cacheRead, cacheWrite] = [count(usage?.cacheReadInputTokens), count(usage?.cacheWriteInputTokens)];
  const all = input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheWrite ?? 0);
  const hour = usage?.cacheDetails?.find(({ ttl }) => ttl === '1h');
  return { input: all, cacheRead, cacheWrite, cacheWriteHour: count(hour?.inputTokens), output };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
