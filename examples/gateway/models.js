// The models of the gateway, called with the SDKs of their providers, which read URL and API key from the environment.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { TOOLS } from './tools.js';

const openai = new OpenAI();
const anthropic = new Anthropic();

const INSTRUCTIONS = 'You answer the questions of visitors in two short sentences.';

/** Each answers a question whole or streamed. */
export const MODELS = {
  'gpt-5-mini': {
    answer: (question) => openai.chat.completions.runTools(openaiRequest(question)).finalContent(),
    answerInParts(question, signal) {
      const request = { ...openaiRequest(question), stream: true, stream_options: { include_usage: true } };
      return openaiTexts(openai.chat.completions.runTools(request, { signal }));
    },
  },
  'claude-haiku-4-5': {
    answer: async (question) => (await anthropic.messages.create(anthropicRequest(question))).content[0].text,
    answerInParts: (question, signal) => anthropicTexts(anthropic.messages.stream(anthropicRequest(question), { signal })),
  },
};

function openaiRequest(question) {
  return {
    model: 'gpt-5-mini',
    reasoning_effort: 'low',
    max_completion_tokens: 1000,
    messages: [
      { role: 'system', content: INSTRUCTIONS },
      { role: 'user', content: question },
    ],
    tools: TOOLS,
  };
}

function anthropicRequest(question) {
  return {
    model: 'claude-haiku-4-5',
    max_tokens: 300,
    system: INSTRUCTIONS,
    messages: [{ role: 'user', content: question }],
  };
}

async function* openaiTexts(chunks) {
  for await (const { choices } of chunks) {
    const text = choices[0]?.delta.content;
    if (text) yield text;
  }
}

async function* anthropicTexts(events) {
  for await (const { delta } of events) if (delta?.type === 'text_delta') yield delta.text;
}
