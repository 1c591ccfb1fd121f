// For use inside this repository: `node --import ./register.js app.js`. In the package, `promtel/register` is dist/register.js.
import './dist/register.js';
