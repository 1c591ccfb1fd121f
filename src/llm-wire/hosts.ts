// The LLM provider of a host, as data: the hosts that providers publish.

/**
 * Providers by host, with its port unless it is the scheme's default; a key that does not begin with a letter matches every host
 * that ends with it. A provider that the conventions have no name for has the one of the published prices.
 */
const HOSTS: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  '.api.openai.com': 'openai',
  '.openai.azure.com': 'azure.ai.openai',
  '.cognitiveservices.azure.com': 'azure.ai.openai',
  '.services.ai.azure.com': 'azure.ai.inference',
  '.models.ai.azure.com': 'azure.ai.inference',
  'api.anthropic.com': 'anthropic',
  'generativelanguage.googleapis.com': 'gcp.gemini',
  'aiplatform.googleapis.com': 'gcp.vertex_ai',
  '-aiplatform.googleapis.com': 'gcp.vertex_ai',
  'api.mistral.ai': 'mistral_ai',
  'codestral.mistral.ai': 'mistral_ai',
  'api.groq.com': 'groq',
  'api.cohere.com': 'cohere',
  'api.cohere.ai': 'cohere',
  'api.deepseek.com': 'deepseek',
  'api.perplexity.ai': 'perplexity',
  'api.x.ai': 'x_ai',
  'openrouter.ai': 'openrouter',
  'api.together.xyz': 'together_ai',
  'api.together.ai': 'together_ai',
  'api.fireworks.ai': 'fireworks_ai',
  'api.cerebras.ai': 'cerebras',
  'api.moonshot.ai': 'moonshotai',
  'api.moonshot.cn': 'moonshotai',
  'api.minimax.io': 'minimax',
  'api.novita.ai': 'novita',
  'inference.baseten.co': 'baseten',
  'ollama.com': 'ollama',
  ':11434': 'ollama',
};

const endings = Object.entries(HOSTS).filter(([host]) => !/^[a-z]/.test(host));

/** The provider of a host; undefined if it is not known. */
export function providerOf(host: string): string | undefined {
  return Object.hasOwn(HOSTS, host) ? HOSTS[host] : endings.find(([ending]) => host.endsWith(ending))?.[1];
}
