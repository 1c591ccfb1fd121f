// Summarises the team's metrics page as text.
import { durations, numbers, row, samplesOf, sumsBy, total } from '../kit/page.js';
import { render } from '../kit/sections.js';

/** Renders tasks, agents with their LLM and tool calls, scores, memory and cost. */
export function summarise(page) {
  const samples = samplesOf(page);
  return [
    ...render({
      Tasks: numbers(samples, 'agent_tasks_total', taskOf),
      'Invocations of agents': durations(samples, 'gen_ai_invoke_agent_duration_seconds', agentOf),
      'LLM calls in each': averages(samples, 'gen_ai_invoke_agent_inference_calls', agentOf),
      'Tool calls in each': averages(samples, 'gen_ai_invoke_agent_tool_calls', agentOf),
      'LLM calls': durations(samples, 'gen_ai_client_operation_duration_seconds', callOf),
      'Tool calls': durations(samples, 'gen_ai_execute_tool_duration_seconds', toolOf),
      'Scores of the coder': averages(samples, 'agent_score', ({ score_name }) => score_name),
      'Verifications of its work': numbers(samples, 'agent_verifications_total', outcomeOf),
      'Work that was taken back': numbers(samples, 'agent_rollbacks_total', outcomeOf),
      'Memory operations': numbers(samples, 'agent_memory_operations_total', operationOf),
      'Confidence in patterns': averages(samples, 'agent_memory_confidence', patternOf),
      'Cost in USD': sumsBy(samples, 'llm_cost_USD_total', purposeOf).map(([purpose, usd]) => row(purpose, usd.toFixed(4))),
    }),
    balance(samples),
    `${samples.length} samples on the page`,
  ].join('\n');
}

const taskOf = ({ agent_task_type, agent_outcome }) => `${agent_task_type} ${agent_outcome}`;
const agentOf = ({ gen_ai_agent_name, error_type }) => [gen_ai_agent_name, error_type].filter(Boolean).join(' ');
const callOf = ({ gen_ai_request_model, llm_purpose, error_type = 'answered' }) =>
  `${gen_ai_request_model} to ${llm_purpose} ${error_type}`;
const toolOf = ({ gen_ai_tool_name, error_type = 'done' }) => `${gen_ai_tool_name} ${error_type}`;
const outcomeOf = ({ agent_outcome }) => agent_outcome;
const operationOf = ({ agent_memory_operation, agent_memory_pattern_type }) =>
  `${agent_memory_operation} ${agent_memory_pattern_type}`;
const patternOf = ({ agent_memory_pattern_type }) => agent_memory_pattern_type;
const purposeOf = ({ llm_purpose }) => llm_purpose;

/** One line per key of a histogram: the average of its values. */
function averages(samples, family, keyOf) {
  const sums = new Map(sumsBy(samples, `${family}_sum`, keyOf));
  return sumsBy(samples, `${family}_count`, keyOf).map(([key, count]) => row(key, (sums.get(key) / count).toFixed(2)));
}

function balance(samples) {
  const [spent, budget] = ['llm_cost_USD_total', 'llm_budget_USD'].map((name) => total(samples, name));
  const tasks = total(samples, 'agent_tasks_total');
  const perTask = total(samples, 'usage_task_cost_USD_sum') / total(samples, 'usage_task_cost_USD_count');
  const users = samples.find(({ name, labels }) => name === 'usage_users_active' && labels.usage_window === '1d');
  return (
    `${tasks} tasks of ${users?.value ?? 0} users for ${spent.toFixed(4)} USD of ${budget}, ` +
    `${perTask.toFixed(5)} for each task with a cost`
  );
}
