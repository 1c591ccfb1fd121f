// An MCP client and its servers in processes of their own, unchanged: each counts its side once, and ends by itself.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { operationsOf, sessionsOf } from '../kit/samples/mcp-samples.ts';
import { openOtlpSink, type OtlpPoint, type OtlpSink } from '../kit/servers/otlp-sink.ts';

let sink: OtlpSink;
beforeEach(async () => {
  sink = await openOtlpSink();
});
afterEach(() => sink.close());

/** The points that a process exported as it ended. */
function lastPointsOf(service: string): Promise<readonly OtlpPoint[]> {
  return sink.until((requests) => requests.findLast(({ resource }) => resource['service.name'] === service)?.points);
}

const USED = {
  initialize: 1,
  'notifications/initialized': 1,
  'tools/list': 1,
  'tools/call add': 1,
  'tools/call fail tool_error': 1,
};

function times(count: number, side: string): Record<string, number> {
  return Object.fromEntries(Object.entries(USED).map(([line, once]) => [`${side} ${line}`, once * count]));
}

it.each([
  ['--import', 'mcp-client.mjs'],
  ['--require', 'mcp-client.mjs'],
  ['--import', 'mcp-client.cjs'],
  ['--require', 'mcp-client.cjs'],
])('MCP clients and servers are counted, and end by themselves: node %s ./register.js %s', async (option, file) => {
  const { code, stdout, stderr } = await runToEnd([option, './register.js', `test/process/fixtures/${file}`], {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_SERVICE_NAME: 'client',
  });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'done\n',
    stderr: expect.not.stringMatching(/failed|alone/) as string,
  });
  const client = await lastPointsOf('client');
  expect(operationsOf(client)).toEqual(times(3, 'sent'));
  expect(sessionsOf(client)).toEqual({ 'client open': 0, 'client ended': 3 });
  for (const server of ['server 1', 'server 2', 'server 2 serve']) {
    const points = await lastPointsOf(server);
    expect(operationsOf(points)).toEqual(times(1, 'served'));
    expect(points.find(({ name }) => name === 'mcp.active_sessions')?.attributes).toEqual({
      'mcp.role': 'server',
      'network.transport': 'pipe',
    });
  }
});
