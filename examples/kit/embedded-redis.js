// A Redis server in JavaScript for machines without one, in its own process; fast enough for a few jobs a second.
import { createRedisMock } from 'js-redis-server';

const server = await createRedisMock();
console.log(server.url);
process.on('SIGTERM', () => process.exit(0));
