// The words in which clients call providers are the conventions' names.
import { expect, it } from 'vitest';
import { providerNameOf } from '../../../src/recorders/llm/provider-names.ts';

it.each([
  ['openai.chat', 'openai'],
  ['openai', 'openai'],
  ['anthropic.messages', 'anthropic'],
  ['google.generative-ai', 'gcp.gemini'],
  ['google.vertex.chat', 'gcp.vertex_ai'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['azure-openai.chat', 'azure.ai.openai'],
  ['mistral.chat', 'mistral_ai'],
  ['my-own-provider', 'my-own-provider'],
  ['constructor', 'constructor'],
  ['', '_OTHER'],
  [undefined, '_OTHER'],
  [7, '_OTHER'],
])('the provider that a client calls %j is %s', (word, expected) => {
  expect(providerNameOf(word)).toBe(expected);
});
