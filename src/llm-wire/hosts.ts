// Which provider is behind a host, as data: the names that providers publish.

/**
 * Providers by their hosts, with the port where it is none of the scheme's own; what begins with no letter stands for whatever ends so.
 * What the conventions have no name for goes by the one that the published prices have.
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

/** The provider behind a host; undefined if it is none of those known. */
export function providerOf(host: string): string | undefined {
  return Object.hasOwn(HOSTS, host) ? HOSTS[host] : endings.find(([ending]) => host.endsWith(ending))?.[1];
}
