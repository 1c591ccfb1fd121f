// What `promtel/register` is: `node --import promtel/register app.js`, or ./register.js inside this repository.
import './dist/register.js';
