/**
 * `npm run blackbox -- --seconds 600 --seed N`: lets two real daemons and two people at random work for so long, against a local stack of
 * its own; with `--memory` against the real handlers on memory stores in this process, which starts at once.
 */
import { parseArgs } from 'node:util';
import { HttpService } from '../support/http-service.ts';
import { startLocalStack } from '../support/local-stack.ts';
import { runBlackBox } from './black-box.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    /** Another one each time, unless one is to be repeated. It decides what people do, and not how fast the machine is. */
    seed: { type: 'string', default: `${Date.now()}` },
    memory: { type: 'boolean', default: false },
  },
});

const service = values.memory ? await startInMemory() : await startStack();
try {
  const { apiUrl } = service;
  const report = await runBlackBox({
    apiUrl,
    seed: values.seed,
    seconds: Number(values.seconds),
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
  readonly stop: () => Promise<unknown>;
}

async function startInMemory(): Promise<RunningService> {
  const http = new HttpService();
  await http.start();
  return { apiUrl: http.url, stop: () => http.stop() };
}

async function startStack(): Promise<RunningService> {
  const stack = await startLocalStack();
  return { apiUrl: stack.outputs.apiUrl, stop: () => stack.stop() };
}
