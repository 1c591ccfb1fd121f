// Names, attributes and values of the whole catalogue against the OpenTelemetry semantic conventions, and declarations against lint rules.
import * as semconv from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/catalog/index.ts';
import { lint, lintTogether } from '../kit/contracts/lint.ts';
import { ESTABLISHED, LATEST } from '../kit/samples/gen-ai-metric-names.ts';
import { metricConventions } from './conventions.ts';

/** Metrics in a namespace of the conventions that the conventions do not have. */
const OWN_METRICS = [
  'container.cpu.limit',
  'container.memory.limit',
  'db.client.connection.errors',
  'db.client.slow_operations',
  ...LATEST,
  'gen_ai.execute_tool.duration',
  'gen_ai.invoke_agent.duration',
  'gen_ai.invoke_agent.inference_calls',
  'gen_ai.invoke_agent.tool_calls',
  'gen_ai.invoke_workflow.duration',
  'http.server.open_connections',
  'mcp.active_sessions',
  'nodejs.memory.array_buffers',
  'nodejs.memory.external',
  'process.open_file_descriptor.limit',
  'process.start_time',
];

/** Names that the conventions deprecate and that are used nevertheless; each definition says why. */
const DEPRECATED_METRICS = [
  ...ESTABLISHED,
  'mcp.client.operation.duration',
  'mcp.client.session.duration',
  'mcp.server.operation.duration',
  'mcp.server.session.duration',
  'process.open_file_descriptor.count',
  'v8js.memory.heap.limit',
];

/** Attributes in a namespace of the conventions that the conventions do not have. */
const OWN_ATTRIBUTES = ['gen_ai.token.modality', 'mcp.role', 'source.type'];

/**
 * Values beside those that the conventions list: kinds of tokens that are part of others, and methods of MCP that are younger
 * than the conventions.
 */
const OWN_VALUES = [
  ...['cache_read', 'cache_write', 'reasoning'].map((type) => `gen_ai.token.type=${type}`),
  ...[
    'notifications/elicitation/complete',
    'notifications/subscriptions/acknowledged',
    'notifications/tasks/status',
    'server/discover',
    'subscriptions/listen',
    'tasks/cancel',
    'tasks/get',
    'tasks/list',
    'tasks/result',
    'tasks/update',
  ].map((method) => `mcp.method.name=${method}`),
];

const constants: [string, unknown][] = Object.entries(semconv);
const knownMetrics = new Set(constants.filter(([name]) => name.startsWith('METRIC_')).map(([, value]) => value as string));
const knownAttributes = new Set(constants.filter(([name]) => name.startsWith('ATTR_')).map(([, value]) => value as string));
const namespaces = new Set([...knownMetrics].map(namespaceOf));
const attributeNamespaces = new Set([...knownAttributes].filter((name) => typeof name === 'string').map(namespaceOf));
const names = CATALOG.map(({ name }) => name);

function namespaceOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

describe('the catalogue', () => {
  it('declares every metric of the catalogue by the lint rules', () => {
    expect(CATALOG.flatMap(lint)).toEqual([]);
  });

  it('declares no metric, attribute or Prometheus name twice', () => {
    expect(lintTogether(CATALOG)).toEqual([]);
  });

  it('the catalogue names metrics as the semantic conventions do, wherever they have a namespace for them', () => {
    const unknown = names.filter((name) => namespaces.has(namespaceOf(name)) && !knownMetrics.has(name));
    expect(unknown.toSorted()).toEqual(OWN_METRICS);
  });

  it('the catalogue uses only listed ones of the names that the semantic conventions deprecate', () => {
    const deprecated = names.filter((name) => metricConventions.get(name)?.isDeprecated);
    expect(deprecated.toSorted()).toEqual(DEPRECATED_METRICS);
  });

  it('the catalogue names attributes as the semantic conventions do, wherever they have a namespace for them', () => {
    const keys = new Set(CATALOG.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
    const unknown = [...keys].filter((key) => attributeNamespaces.has(namespaceOf(key)) && !knownAttributes.has(key));
    expect(unknown.toSorted()).toEqual(OWN_ATTRIBUTES);
  });

  it('lists attribute values as the semantic conventions do', () => {
    const specs = new Set(CATALOG.flatMap(({ attributes }) => attributes));
    const wrong = [...specs].flatMap(({ key, values }) => {
      const wellKnown = new Set(
        constants.filter(([name]) => name.startsWith(`${constantOf(key)}_VALUE_`)).map(([, value]) => value),
      );
      if (wellKnown.size === 0) return [];
      return (values ?? []).filter((value) => value !== '_OTHER' && !wellKnown.has(value)).map((value) => `${key}=${value}`);
    });
    expect(wrong.toSorted()).toEqual(OWN_VALUES);
  });
});

function constantOf(key: string): string {
  return key.toUpperCase().replaceAll('.', '_');
}
