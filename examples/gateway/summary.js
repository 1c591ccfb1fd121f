// Summarises the metrics pages of the gateway's API and worker as text.
import { durations, numbers, row, samplesOf, sumsBy, total } from '../kit/page.js';
import { attempts, balance, cacheResults, jobWaits, queues, render, requestsServed } from '../kit/sections.js';

/** Renders requests, cache results, LLM calls with tokens and cost, tools and jobs. */
export function summarise(apiPage, workerPage) {
  const api = samplesOf(apiPage);
  const worker = samplesOf(workerPage);
  const both = [...api, ...worker];
  return [
    ...render({
      'Requests served by the API': requestsServed(api),
      'Answers from the cache of the API': cacheResults(api),
      'LLM calls of both': durations(
        both,
        'gen_ai_client_operation_duration_seconds',
        ({ error_type = 'answered', ...labels }) => `${modelOf(labels)} ${error_type}`,
      ),
      'Time to the first words of streamed answers': durations(
        both,
        'gen_ai_client_operation_time_to_first_chunk_seconds',
        modelOf,
      ),
      Tokens: numbers(both, 'llm_tokens_total', ({ gen_ai_token_type, ...labels }) => `${modelOf(labels)} ${gen_ai_token_type}`),
      'Cost in USD': sumsBy(both, 'llm_cost_USD_total', modelOf).map(([model, cost]) => row(model, cost.toFixed(4))),
      'Retried LLM calls': numbers(both, 'llm_retries_total', modelOf),
      'Streams aborted by the reader': numbers(both, 'llm_stream_aborted_total', modelOf),
      'Tool calls': durations(api, 'gen_ai_execute_tool_duration_seconds', ({ gen_ai_tool_name, error_type = 'done' }) =>
        [gen_ai_tool_name, error_type].join(' '),
      ),
      'Wait of jobs until the worker took them': jobWaits(worker),
      'Attempts of the worker': attempts(worker),
      'Jobs in the queue at its last reading': queues(both),
    }),
    balance(both),
    `${total(both, 'llm_cost_USD_total').toFixed(4)} USD spent on ${total(both, 'gen_ai_client_token_usage_sum')} tokens`,
    `${api.length} samples on the page of the API, ${worker.length} on that of the worker`,
  ].join('\n');
}

const modelOf = ({ gen_ai_request_model, llm_purpose }) => [gen_ai_request_model, llm_purpose].filter(Boolean).join(' to ');
