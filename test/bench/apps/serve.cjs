// What the applications of the benchmark share: say when they listen, and tell what they have used when asked.

/** Runs a server on a free port of loopback and answers the benchmark's questions about the process. */
module.exports = function serve(server) {
  server.listen(0, '127.0.0.1', () => {
    process.send({ value: { port: server.address().port, wallMillis: performance.now(), cpuMicros: cpuMicros() } });
  });
};

process.on('message', (question) => {
  if (question === 'collect garbage') globalThis.gc();
  process.send({ value: { cpuMicros: cpuMicros(), rssBytes: process.memoryUsage.rss() } });
});

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
