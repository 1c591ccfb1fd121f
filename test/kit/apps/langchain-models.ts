// Mock models of LangChain, of the classes of any copy of the library, with the name of a model that has a price.

export const USAGE = {
  input_tokens: 12,
  output_tokens: 5,
  total_tokens: 17,
  input_token_details: { cache_read: 6, cache_creation: 2 },
  output_token_details: { reasoning: 2 },
};

export interface Answer {
  readonly error?: unknown;
  readonly usage?: typeof USAGE | undefined;
  /** The error that its stream fails with after the first word. */
  readonly breaks?: unknown;
  readonly delayMillis?: number;
}

/** The modules of a copy of LangChain. */
export interface Langchain {
  readonly chatModels: any;
  readonly messages: any;
  readonly outputs: any;
}

/** A mock model, which can stream or not. */
export function chatModel({ chatModels, messages, outputs }: Langchain, answer: Answer = {}, canStream = true): any {
  const usage = 'usage' in answer ? answer.usage : USAGE;
  const metadata = { model_name: 'gpt-5-2025-08-07', finish_reason: 'stop' };
  class Model extends chatModels.BaseChatModel {
    constructor() {
      super({});
    }
    _llmType(): string {
      return 'own';
    }
    getLsParams(): object {
      return { ls_provider: 'openai', ls_model_name: 'gpt-5', ls_model_type: 'chat' };
    }
    async _generate(): Promise<object> {
      if ('error' in answer) throw answer.error;
      const message = new messages.AIMessage({ content: 'so it is', usage_metadata: usage, response_metadata: metadata });
      return { generations: [{ text: 'so it is', message }] };
    }
  }
  if (!canStream) return new Model();
  class StreamingModel extends Model {
    async *_streamResponseChunks(): AsyncGenerator {
      if ('error' in answer) throw answer.error;
      for (const word of ['so ', 'it ', 'is']) {
        await new Promise((resolve) => setTimeout(resolve, answer.delayMillis ?? 0));
        yield new outputs.ChatGenerationChunk({ text: word, message: new messages.AIMessageChunk({ content: word }) });
        if ('breaks' in answer) throw answer.breaks;
      }
      const last = new messages.AIMessageChunk({ content: '', usage_metadata: usage, response_metadata: metadata });
      yield new outputs.ChatGenerationChunk({ text: '', message: last });
    }
  }
  return new StreamingModel();
}
