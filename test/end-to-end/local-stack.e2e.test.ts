import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NodeId } from '@syncline/protocol';
import { runCli } from '../../client/test/run-cli.ts';
import { type ApiDevice, openApiDevice, putOperation, uploadBytes, valueOf } from '../support/api-device.ts';
import { eventually } from '../support/eventually.ts';
import type { LocalOutputs } from '../support/shared-stack.ts';

const START = path.join(import.meta.dirname, '../../emulator/start.mjs');
const LOCAL = path.join(import.meta.dirname, '../../.local');
const RESET = path.join(import.meta.dirname, '../../emulator/reset.ts');

/** `npm start` as a process: what it printed so far, and how it ends. */
class StartCommand {
  readonly #child: ChildProcess;
  #printed = '';
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get printed(): string {
    return this.#printed;
  }

  async ready(): Promise<this> {
    const died = this.ended.then(() => 'died');
    while (!/^Syncline is ready/m.test(this.#printed)) {
      const state = await Promise.race([died, new Promise((resolve) => setTimeout(resolve, 50))]);
      if (state === 'died') throw new Error(`npm start ended early:\n${this.#printed}`);
    }
    return this;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.kill(signal);
    return this.ended;
  }
}

let directory: string;
let dataDir: string;
let outputsFile: string;
const started: StartCommand[] = [];

/** Every start has a data directory in its arguments, and so have the emulator and each Lambda worker. */
function processesOf(data: string): readonly string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(data) && !line.includes('ps -eo'));
}

function start(options: { readonly port: number; readonly webPort?: number; readonly data: string }): StartCommand {
  const addresses = [`--port=${options.port}`, `--web-port=${options.webPort ?? 0}`, `--outputs=${outputsFile}`];
  const command = new StartCommand([...addresses, `--data=${options.data}`]);
  started.push(command);
  return command;
}

async function outputs(): Promise<LocalOutputs> {
  return JSON.parse(await readFile(outputsFile, 'utf8')) as LocalOutputs;
}

beforeAll(async () => {
  // Inside the project, as by default: its package.json rules over scripts that lie below it.
  await mkdir(LOCAL, { recursive: true });
  directory = await mkdtemp(path.join(LOCAL, 'start-'));
  dataDir = path.join(directory, 'data');
  // Where the command line looks for it.
  outputsFile = path.join(directory, '.local', 'outputs.json');
  await mkdir(path.dirname(outputsFile));
});

afterAll(async () => {
  await Promise.all(started.map((command) => command.stop('SIGTERM')));
  await rm(directory, { recursive: true, force: true });
});

describe('npm start', () => {
  let running: StartCommand;
  let first: LocalOutputs;
  const bytes = Buffer.from('kept through a stop');

  beforeAll(async () => {
    running = await start({ port: 0, data: dataDir }).ready();
    first = await outputs();
  });

  test('leaves the addresses of the service for its owner alone', async () => {
    const ofAll = ['apiUrl', 'bucket', 'clientId', 'endpoint', 'region', 'searchEndpoint', 'socketUrl', 'userPoolId'];
    expect(Object.keys(first).toSorted()).toEqual([...ofAll, 'webUrl']);
    expect((await stat(outputsFile)).mode & 0o777).toBe(0o600);
    expect((await fetch(`${first.apiUrl}/v1/configuration`)).status).toBe(200);
  });

  test('serves the web app, with the API below the same origin', async () => {
    const { webUrl = '' } = first;
    expect(running.printed).toContain(webUrl);
    expect(await (await fetch(webUrl)).text()).toContain('<title>Syncline</title>');
    const configuration = (await (await fetch(`${webUrl}/v1/configuration`)).json()) as object;
    expect(configuration).toMatchObject({ userPool: { endpoint: first.endpoint, clientId: first.clientId } });
  });

  test('has links made that open in a browser', async () => {
    const home = path.join(directory, 'home');
    await mkdir(home);
    const words = ['signup', '--email', 'links@example.org', '--password-stdin'];
    expect(await runCli(words, { home, stdin: 'correct horse battery 9!\n' })).toMatchObject({ code: 0 });
    expect(await runCli(['mkdir', '/plans'], { home })).toMatchObject({ code: 0 });
    const { stdout } = await runCli(['link-create', '/plans'], { home });
    const page = await fetch(stdout.split('\n')[0] ?? '', { headers: { accept: 'text/html' } });
    expect(page.url).toMatch(new RegExp(`^${first.webUrl}/l/`));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });

  test('says what to do next', () => {
    expect(running.printed).toMatch(/npx syncline signup[^]*npx syncline link[^]*npx syncline sync/);
  });

  test('refuses data that another one is using', async () => {
    const second = start({ port: 0, data: dataDir });
    expect(await second.ended).toBe(1);
    expect(second.printed).toContain(`Syncline is running already, on the data in ${dataDir}.`);
    expect(second.printed).toContain(`In a browser: ${first.webUrl}`);
    const pid = Number(/"kill (\d+)"/.exec(second.printed)?.[1]);
    expect(processesOf(dataDir).filter((line) => line.includes('emulator/main.ts'))).toEqual([
      expect.stringMatching(new RegExp(`^\\s*${pid} `)),
    ]);
    // Nothing was begun that would have to be ended again.
    expect(second.printed).not.toMatch(/Starting|OpenSearch|Exception/);
    expect((await fetch(`${first.apiUrl}/v1/configuration`)).status).toBe(200);
  });

  test('names a port that is taken, and how to choose another', async () => {
    const port = Number(new URL(first.endpoint).port);
    const second = start({ port, data: path.join(directory, 'other-data') });
    expect(await second.ended).toBe(1);
    expect(second.printed).toContain(`Port ${port} for the service is taken`);
    expect(second.printed).not.toContain('Starting');
    expect(second.printed).toContain(`npm start -- --port ${port + 1}`);
    expect(processesOf(path.join(directory, 'other-data'))).toEqual([]);
  });

  test('refuses a port that is none, and options that it does not know', async () => {
    const commands = [['--port=syncline'], ['--port=70000'], ['--prot=1']].map((args) => new StartCommand(args));
    expect(await Promise.all(commands.map(({ ended }) => ended))).toEqual([1, 1, 1]);
    for (const { printed } of commands) expect(printed).toContain('Usage: npm start -- [--port PORT]');
  });

  test('is not reset while it runs', () => {
    const command = () => execFileSync(process.execPath, [RESET, `--data=${dataDir}`], { stdio: 'pipe' });
    expect(command).toThrow(/is running on/);
  });

  test('stops gently at SIGTERM, leaves no process, and goes on later with everything it had', async () => {
    const device = await openApiDevice({ apiUrl: first.apiUrl, email: 'stays@example.org' });
    const uploadId = await uploadBytes(device, bytes);
    const { results } = valueOf(
      await device.api.commit({ body: { operations: [putOperation(device, { name: 'kept.txt', uploadId })] } }),
    );
    const [result] = results;
    if (result?.status !== 'committed') throw new Error('the file is committed');
    /** Of this start: each has a log of its own. */
    const untilTold = async (): Promise<void> => {
      const log = path.join(dataDir, 'emulator.log');
      await eventually(async () =>
        expect(await readFile(log, 'utf8')).toMatch(/NotifyFunction\S* processed \d+ DynamoDB/),
      );
    };
    await untilTold();
    // The workers of the functions that answered.
    expect(processesOf(dataDir).filter((line) => line.includes('_worker')).length).toBeGreaterThan(0);

    expect(await running.stop('SIGTERM')).toBe(0);
    expect(running.printed).toContain('The data is saved.');
    expect(processesOf(dataDir)).toEqual([]);

    const [port, webPort] = [first.endpoint, first.webUrl ?? ''].map((url) => Number(new URL(url).port));
    running = await start({ port: port ?? 0, webPort: webPort ?? 0, data: dataDir }).ready();
    expect(await outputs()).toEqual(first);
    // Unless somebody has edited the sources meanwhile.
    expect(running.printed.includes('Deploying')).toBe(running.printed.includes('Synthesising'));
    const again = await openApiDevice({ apiUrl: first.apiUrl, email: 'stays@example.org' });
    expect(again.account.homeNamespaceId).toBe(device.account.homeNamespaceId);
    expect(await readContent(again, result.node.nodeId)).toEqual(bytes);
    // Who follows the tables goes on, too: a stream that began anew behind their back would tell them nothing for long.
    const operations = [putOperation(again, { name: 'later.txt', uploadId: await uploadBytes(again, bytes) })];
    valueOf(await again.api.commit({ body: { operations } }));
    await untilTold();
  });

  test('saves its data even when it is killed, and leaves no process', async () => {
    const main = processesOf(dataDir).find((line) => line.includes('emulator/main.ts'));
    process.kill(Number.parseInt(main ?? '', 10), 'SIGKILL');
    expect(await running.ended).not.toBe(0);
    while (processesOf(dataDir).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(path.join(dataDir, 'clean-stop'))).toBe(true);
  });

  test('begins anew after a reset', async () => {
    execFileSync(process.execPath, [RESET, `--data=${dataDir}`]);
    expect(existsSync(path.join(dataDir, 'state'))).toBe(false);
  });

  test('can be stopped before it is ready', async () => {
    const data = path.join(directory, 'early');
    const early = start({ port: 0, data });
    while (!early.printed.includes('Starting the AWS emulator'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await early.stop('SIGINT')).toBe(1);
    expect(early.printed).toContain('Stopped before it was ready.');
    expect(processesOf(data)).toEqual([]);
  });
});

/** Downloads content through the signed addresses that the service answers. */
async function readContent(device: ApiDevice, nodeId: NodeId): Promise<Buffer> {
  const { chunks } = valueOf(await device.api.getContent({ parameters: { nodeId }, query: {} }));
  const pieces = chunks.map(async ({ url }) => Buffer.from(await (await fetch(url)).arrayBuffer()));
  return Buffer.concat(await Promise.all(pieces));
}
