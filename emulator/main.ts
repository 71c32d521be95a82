/** The foreground part of `npm start`: starts the local stack, says how to use it, and stops it when asked. */
import { chmod, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type LocalOutputs, type LocalStack, localDir, startLocalStack } from './local-stack.ts';
import { StartProblem } from './start-problem.ts';

const PORT_DEFAULT = 4566;
const WEB_PORT_DEFAULT = 4580;

const USAGE = 'npm start -- [--port PORT] [--web-port PORT] [--data DIRECTORY] [--outputs FILE]';

interface Arguments {
  readonly port: number;
  readonly webPort: number;
  readonly dataDir: string;
  /** Where addresses are written for scripts and the command line. */
  readonly outputsFile: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const;
  const options = { port: text, 'web-port': text, data: text, outputs: text };
  let values: { port?: string; 'web-port'?: string; data?: string; outputs?: string };
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new StartProblem({ what: error instanceof Error ? error.message : String(error), remedy: `Usage: ${USAGE}` });
  }
  const port = readPort(values.port, PORT_DEFAULT);
  const webPort = readPort(values['web-port'], WEB_PORT_DEFAULT);
  // npm runs scripts in the project's folder; a person means the folder they are in.
  const base = process.env['INIT_CWD'] ?? process.cwd();
  const placeOf = (given: string | undefined, otherwise: string): string =>
    given === undefined ? path.join(localDir, otherwise) : path.resolve(base, given);
  return { port, webPort, dataDir: placeOf(values.data, 'data'), outputsFile: placeOf(values.outputs, 'outputs.json') };
}

function readPort(given: string | undefined, otherwise: number): number {
  const port = Number(given ?? otherwise);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StartProblem({ what: `"${given}" is not a port number.`, remedy: `Usage: ${USAGE}` });
}

/** Resolves when the person, or the death of the process above, asks for the end. */
function untilStopAsked(): { readonly asked: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const asked = new Promise<void>((resolve) => {
    const stop = (): void => {
      controller.abort(new StartProblem({ what: 'Stopped before it was ready.', remedy: 'Run it again.' }));
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    process.once('disconnect', stop);
  });
  return { asked, signal: controller.signal };
}

/** At once and readable by its owner alone, so that nobody ever reads half of it. */
async function writeOutputs(file: string, outputs: LocalOutputs): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await rename(unfinished, file);
}

function sayWhatToDo({ outputs, emulator, searchEngine }: LocalStack, { dataDir, outputsFile }: Arguments): void {
  say(`
Syncline is ready. In a browser:
  ${outputs.webUrl}

In another terminal, in this folder:
  npx syncline signup --email you@example.com
  mkdir -p ~/Syncline
  npx syncline link ~/Syncline
  npx syncline sync --once

API                     ${outputs.apiUrl}
Addresses for scripts   ${outputsFile}
Data                    ${dataDir}
Log                     ${emulator.logFile}${
    searchEngine === undefined
      ? ''
      : `
Search                  ${searchEngine.endpoint}`
  }

Ctrl-C stops it and saves the data. Do not kill it: what was written since the last start would be lost.`);
}

async function run(): Promise<number> {
  const { asked, signal } = untilStopAsked();
  const choices = readArguments();
  const { port, webPort, dataDir, outputsFile } = choices;
  const stack = await startLocalStack({ port, webPort, dataDir, log: say, signal });
  await writeOutputs(outputsFile, stack.outputs);
  sayWhatToDo(stack, choices);

  const ending = await Promise.race([asked.then(() => 'asked'), stack.emulator.exited.then(() => 'died')]);
  if (ending === 'died') {
    throw new StartProblem({
      what: `The AWS emulator ended by itself. Its last words:\n    ${stack.emulator.lastLines().join('\n    ')}`,
      remedy: `Its full output is in ${stack.emulator.logFile}. Run "npm start" again; what was not saved is lost.`,
    });
  }
  say('\nStopping …');
  if (await stack.stop()) {
    say('Stopped. The data is saved.');
    return 0;
  }
  throw new StartProblem({
    what: 'The AWS emulator had to be killed; what was written since the start is lost.',
    remedy: `Its output is in ${stack.emulator.logFile}.`,
  });
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  process.stderr.write(`\n${error.message}\n\n${error.remedy}\n`);
  process.exitCode = 1;
}
// The channel to start.mjs would keep this process alive.
if (process.connected) process.disconnect();
