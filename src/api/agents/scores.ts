// The part of `agents` for the quality of their work: scores, verifications and rollbacks.
import { agentId, type AgentOutcome, scoreName } from '../../catalog/agent-attributes.ts';
import { agentRollbacks, agentScore, agentScoreLast, agentVerifications } from '../../catalog/agents.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { GaugeCell, HistogramCell } from '../../core/recording/cell.ts';
import { attributesFrom } from '../named-attributes.ts';
import { instrumentOf, isRatio, seriesOf } from '../record.ts';

/** An agent, by its name; never the id of a single invocation, since each would create a series. */
export interface Agent {
  readonly agent: string;
}

/** A score of an agent. */
export interface Score extends Agent {
  /** What is scored, such as `truth`. */
  readonly score?: string | undefined;
}

const attributesOf = attributesFrom({ agent: agentId }, { required: ['agent'], example: "{ agent: 'coder' }" });
const scoreAttributesOf = attributesFrom(
  { agent: agentId, score: scoreName },
  { required: ['agent'], example: "{ agent: 'coder', score: 'truth' }" },
);

export const scores = {
  /**
   * Records a score from 0 to 1 in `agent.score`, and as the latest in `agent.score.last`; any other number is reported, and not
   * recorded.
   *
   * @example
   * ```js
   * agents.score({ agent: 'coder', score: 'truth' }, 0.95);
   * // agent.score{agent.id="coder", score.name="truth"} 1
   * // agent.score.last{agent.id="coder", score.name="truth"}
   * ```
   */
  score(score: Score, value: number): void {
    recordScore(scoreAttributesOf(score, agentScore), value);
  },

  /**
   * Counts verifications of an agent's work by outcome, in `agent.verifications`.
   *
   * @example
   * ```js
   * agents.verified({ agent: 'coder' }, 'failure');
   * // agent.verifications{agent.id="coder", agent.outcome="failure"} 1
   * ```
   */
  verified(agent: Agent, outcome: AgentOutcome, count = 1): void {
    const attributes = attributesOf(agent, agentVerifications);
    instrumentOf(agentVerifications).add(count, { ...attributes, 'agent.outcome': outcome });
  },

  /**
   * Counts rollbacks of an agent's work, in `agent.rollbacks`; a failure is a rollback that failed.
   *
   * @example
   * ```js
   * agents.rolledBack({ agent: 'coder' });
   * // agent.rollbacks{agent.id="coder", agent.outcome="success"} 1
   * ```
   */
  rolledBack(agent: Agent, outcome: AgentOutcome = 'success', count = 1): void {
    instrumentOf(agentRollbacks).add(count, { ...attributesOf(agent, agentRollbacks), 'agent.outcome': outcome });
  },
} as const;

/** The same methods for one agent; the series are looked up once. */
export function bindScores(agent: Agent) {
  const attributes = attributesOf(agent, agentScore);
  const verified = byOutcome(agentVerifications, attributes);
  const rolledBack = byOutcome(agentRollbacks, attributes);
  return {
    score: byName(attributes),
    verified: (outcome: AgentOutcome, count = 1): void => verified(outcome).add(count),
    rolledBack: (outcome: AgentOutcome = 'success', count = 1): void => rolledBack(outcome).add(count),
  };
}

/** Keeps the series of as many names as `score.name` may have. */
function byName(attributes: AttributesOf<typeof agentScore>): (score: string, value: number) => void {
  const kept = new Map<string, readonly [HistogramCell, GaugeCell]>();
  return (score, value) => {
    if (!isRatio(agentScore, value)) return;
    let series = kept.get(score);
    if (series === undefined) {
      series = seriesOfScore({ ...attributes, 'score.name': score });
      if (kept.size < scoreName.cap) kept.set(score, series);
    }
    series[0].record(value);
    series[1].set(value);
  };
}

function seriesOfScore(attributes: AttributesOf<typeof agentScore>): readonly [HistogramCell, GaugeCell] {
  return [instrumentOf(agentScore).bind(attributes), instrumentOf(agentScoreLast).bind(attributes)];
}

function byOutcome(metric: typeof agentVerifications | typeof agentRollbacks, attributes: AttributesOf<typeof agentRollbacks>) {
  const success = seriesOf(metric, { ...attributes, 'agent.outcome': 'success' });
  const failure = seriesOf(metric, { ...attributes, 'agent.outcome': 'failure' });
  return (outcome: AgentOutcome) => (outcome === 'failure' ? failure() : success());
}

function recordScore(attributes: AttributesOf<typeof agentScore>, value: number): void {
  if (!isRatio(agentScore, value)) return;
  const [all, last] = seriesOfScore(attributes);
  all.record(value);
  last.set(value);
}
