import { join } from 'node:path';

/** Tells the processes of a run of tests where the command is that was made for all of them. */
export const COMMAND_VARIABLE = 'SYNCLINE_TEST_COMMAND';

/** The command that tests run as a process of its own: what is published, where one was made for this run, else its sources. */
export function testedCommand(): string {
  return process.env[COMMAND_VARIABLE] ?? join(import.meta.dirname, '..', 'bin', 'syncline.mjs');
}
