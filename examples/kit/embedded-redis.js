// A Redis in JavaScript, in a process of its own, for machines that have none: good for a few jobs a second.
import { createRedisMock } from 'js-redis-server';

const server = await createRedisMock();
console.log(server.url);
process.on('SIGTERM', () => process.exit(0));
