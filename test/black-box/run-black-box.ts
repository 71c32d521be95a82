/**
 * `npm run blackbox -- --seconds 600 --seed N`: lets two real daemons and two people at random work for so long, against a local stack of
 * its own; with `--memory` against the real handlers on memory stores in this process, which starts at once. `--devices N` has more of both, and with
 * `--trouble` requests are throttled, fail and are lost while people work, and on a stack all sockets are ended from time to time.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HttpService } from '../support/http-service.ts';
import { startLocalStack } from '../support/local-stack.ts';
import { type BlackBoxOptions, runBlackBox } from './black-box.ts';
import { socketEnder } from './end-sockets.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    /** Another one each time, unless one is to be repeated. It decides what people do, and not how fast the machine is. */
    seed: { type: 'string', default: `${Date.now()}` },
    memory: { type: 'boolean', default: false },
    devices: { type: 'string', default: '2' },
    trouble: { type: 'boolean', default: false },
  },
});

const service = values.memory ? await startInMemory() : await startStack();
try {
  const { apiUrl, trouble } = service;
  const report = await runBlackBox({
    apiUrl,
    seed: values.seed,
    seconds: Number(values.seconds),
    devices: Number(values.devices),
    ...(values.trouble ? { trouble } : {}),
    log: (line) => console.log(line),
  });
  console.log(JSON.stringify({ seed: values.seed, ...report }));
} catch (failure) {
  console.log(failure instanceof Error ? failure.message : failure);
  process.exitCode = 1;
} finally {
  await service.stop();
}

interface RunningService {
  readonly apiUrl: string;
  readonly trouble: NonNullable<BlackBoxOptions['trouble']>;
  readonly stop: () => Promise<unknown>;
}

async function startInMemory(): Promise<RunningService> {
  const http = new HttpService();
  await http.start();
  return { apiUrl: http.url, trouble: {}, stop: () => http.stop() };
}

async function startStack(): Promise<RunningService> {
  const stack = await startLocalStack();
  const { outputs } = stack;
  const directory = mkdtempSync(join(tmpdir(), 'syncline-outputs-'));
  const outputsFile = join(directory, 'outputs.json');
  writeFileSync(outputsFile, JSON.stringify(outputs));
  const endSockets = await socketEnder({ outputs, outputsFile });
  rmSync(directory, { recursive: true });
  return { apiUrl: outputs.apiUrl, trouble: { endSockets }, stop: () => stack.stop() };
}
