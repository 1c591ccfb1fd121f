// The conventions' names of LLM providers, by the names that client libraries have for them.

/** Names of the Vercel AI SDK and of LangChain, up to the first dot, where the conventions have another. */
const NAMES: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws.bedrock',
  amazon_bedrock: 'aws.bedrock',
  bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  fireworks: 'fireworks_ai',
  google: 'gcp.gemini',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  vertex: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  together: 'together_ai',
  togetherai: 'together_ai',
  xai: 'x_ai',
};

/** The provider of a call; `_OTHER` if the client has no name for it. */
export function providerNameOf(clientName: unknown): string {
  if (typeof clientName !== 'string' || clientName === '') return '_OTHER';
  if (clientName.startsWith('google.vertex')) return 'gcp.vertex_ai';
  const first = clientName.split('.')[0]!;
  return Object.hasOwn(NAMES, first) ? NAMES[first]! : first;
}
