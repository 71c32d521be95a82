import { COMMAND_VARIABLE } from '../../client/test/tested-command.ts';
import { publishedCommand } from './published-client.ts';

/** Makes the command line that all tests of a run start, as it is published; Jest runs this before the first test file. */
export default async function publishClient(): Promise<void> {
  process.env[COMMAND_VARIABLE] = await publishedCommand();
}
