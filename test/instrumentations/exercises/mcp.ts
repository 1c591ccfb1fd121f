// Makes MCP clients and servers of both SDK generations list tools, call them, fail, notify and close.
import { connectedPair, MCP_SDKS } from '../../kit/apps/mcp-sdks.ts';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

export const exercise = exerciseOf(async (track) => {
  for (const name of ['version 1, CommonJS', 'version 2, CommonJS']) {
    const { client, server, clientTransport, serverTransport } = await connectedPair(await MCP_SDKS[name]!());
    for (const tracked of [client, server, clientTransport, serverTransport]) track(tracked);
    await client.listTools();
    await client.callTool({ name: 'add' });
    await client.callTool({ name: 'fail' });
    await client.callTool({ name: 'ask' });
    await client.getPrompt({ name: 'greet' });
    await client.close();
  }
});
