// The server side of the request benchmark: reports its port, and CPU time and memory on request.

/** Listens on a free port of loopback and sends the port, with the time it took, to the benchmark. */
module.exports = function serve(server) {
  server.listen(0, '127.0.0.1', () => {
    process.send({ value: { port: server.address().port, wallMillis: performance.now(), cpuMicros: cpuMicros() } });
  });
};

process.on('message', (request) => {
  if (request === 'collect garbage') globalThis.gc();
  process.send({ value: { cpuMicros: cpuMicros(), rssBytes: process.memoryUsage.rss() } });
});

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
