// The side effect behind `promtel/register`: starts promtel with the environment of the process, once.
import { start } from './start/start.ts';

start(process.env);
