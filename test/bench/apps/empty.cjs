// A script that does nothing but say, on its way out, how much CPU time it took to get there.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(1, String(user + system));
});
process.exit();
