import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { MiB } from '@syncline/protocol';
import { openTables } from '../../admin/open-stage.ts';
import { SET_BACK_TABLES, type TablesAccess } from '../../admin/set-back.ts';
import type { LocalOutputs } from '../../emulator/local-stack.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import type { Item } from '../../lambdas/runtime/dynamodb-api.ts';
import { batchPutItems } from '../../lambdas/runtime/dynamodb-batches.ts';
import { newEmail } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { createTables } from '../support/create-tables.ts';
import { eventually } from '../support/eventually.ts';
import { describeTree, writeLargeFile } from '../support/real-tree.ts';
import { nameStack, runAdmin } from '../support/run-admin.ts';

const PASSWORD = 'correct horse battery 9!';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
/** What the names of the restored tables have behind those of the present ones. */
const SUFFIX = '-before';
const SWEEP_MS_MAX = 120_000;
const SWEEPS_MAX = 10;
/** More than two devices commit in the time that is lost. */
const FILES_SINCE = 20;

interface LinkedDevice {
  readonly cli: CliDevice;
  readonly folder: string;
}

interface Drill {
  readonly outputs: LocalOutputs;
  readonly directory: string;
  readonly tables: TablesAccess;
  readonly log: (line: string) => void;
}

/**
 * Loses the tables of a stack and sets them back by the commands of an operator, while the bucket stays as it is; two devices are ahead of them, of
 * which one has not sent all that it has. I-24: afterwards both, and a new third one, have every byte that stood on either, and the service is whole.
 *
 * @throws when something is lost, or a command fails.
 */
export async function runRestoreDrill(outputs: LocalOutputs, log: (line: string) => void): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'syncline-drill-'));
  try {
    const outputsFile = await nameStack(directory, outputs);
    const tables = await openTables({ stage: 'local', outputsFile, environment: {} });
    await drill({ outputs, directory, tables, log });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function drill(run: Drill): Promise<void> {
  const { log } = run;
  const email = newEmail();
  const a = await linkDevice(run, { name: 'a', email, command: 'signup' });
  const b = await linkDevice(run, { name: 'b', email, command: 'login' });
  await writeBefore(a);
  await syncInTurn([a, b, a]);
  await untilWhole(run);
  await restoreTables(run);
  log('The tables are restored as they are now; two devices go on.');

  await writeAfter(a, b);
  await syncInTurn([a, b, a]);
  await writeFile(path.join(b.folder, 'not sent.txt'), 'written on b, and not sent');
  await untilWhole(run);
  const there = new Set([...(await bytesOf(a)), ...(await bytesOf(b))]);
  log(`The tables are lost: the devices have ${there.size} contents.`);

  await admin(run, 'set-back', `--suffix=${SUFFIX}`);
  await admin(run, 'set-back', `--suffix=${SUFFIX}`, '--yes');
  await admin(run, 'epochs', '--yes');
  // Before the two look, a new device brings the journal beyond what they had seen of the lost one.
  const c = await linkDevice(run, { name: 'c', email, command: 'login' });
  for (let file = 1; file <= FILES_SINCE; file++) await writeFile(path.join(c.folder, `${file}.txt`), `${file}, since`);
  await syncInTurn([c, a, b, a, b, a, c]);

  const tree = await describeTree(a.folder);
  expectSame(tree, await describeTree(b.folder), 'the second device');
  const lost = [...there].filter((hash) => ![...tree.values()].includes(hash));
  if (lost.length > 0)
    throw new Error(`${lost.length} contents that stood on a disk are on none any more: ${lost.join(', ')}`);
  if (!tree.has('deleted since.txt')) throw new Error('what was deleted after that point is not there again');
  expectSame(tree, await describeTree(c.folder), 'the new device');
  log(`All ${there.size} contents are on both devices and on a new one.`);
  await untilWhole(run);
  await sweepAll(run);
  await syncInTurn([a]);
  expectSame(tree, await describeTree(a.folder), 'the first device, after a sweep');
}

async function writeBefore({ folder }: LinkedDevice): Promise<void> {
  await mkdir(path.join(folder, 'letters'));
  for (const name of ['old.txt', 'changed.txt', 'renamed.txt', 'deleted since.txt', 'letters/first.txt']) {
    await writeFile(path.join(folder, name), `${name}, before`);
  }
  await writeLargeFile(path.join(folder, 'film.bin'), { bytes: 9 * MiB, seed: 'film' });
}

async function writeAfter(a: LinkedDevice, b: LinkedDevice): Promise<void> {
  await writeFile(path.join(a.folder, 'changed.txt'), 'changed, and sent');
  await writeFile(path.join(a.folder, 'letters', 'new.txt'), 'new, and sent');
  await rename(path.join(a.folder, 'renamed.txt'), path.join(a.folder, 'letters', 'has another name.txt'));
  await rm(path.join(a.folder, 'deleted since.txt'));
  await writeLargeFile(path.join(b.folder, 'second film.bin'), { bytes: 9 * MiB, seed: 'second film' });
}

async function linkDevice(
  { outputs, directory }: Drill,
  own: { readonly name: string; readonly email: string; readonly command: 'signup' | 'login' },
): Promise<LinkedDevice> {
  const home = path.join(directory, `home-${own.name}`);
  const folder = path.join(directory, `folder-${own.name}`);
  await mkdir(home);
  await mkdir(folder);
  const cli = new CliDevice({ home, apiUrl: outputs.apiUrl });
  const words = [own.command, '--email', own.email, '--password-stdin', '--device-name', own.name];
  await cli.expect(words, `${PASSWORD}\n`);
  await cli.expect(['link', folder]);
  return { cli, folder };
}

async function syncInTurn(devices: readonly LinkedDevice[]): Promise<void> {
  for (const { cli, folder } of devices) await cli.expect(['sync', '--once', folder]);
}

/** Hashes of all files. */
async function bytesOf({ folder }: LinkedDevice): Promise<readonly string[]> {
  return [...(await describeTree(folder)).values()].filter((kind) => kind !== 'folder');
}

function expectSame(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>, where: string): void {
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (expected.get(name) !== found.get(name)) {
      throw new Error(`${where} has ${found.get(name)} as ${name}, and not ${expected.get(name)}`);
    }
  }
}

/** What AWS does when a table is restored: another table with the rows of that moment. The emulator cannot. */
async function restoreTables({ outputs: { endpoint, region }, tables }: Drill): Promise<void> {
  const maker = new DynamoDBClient({ endpoint, region, credentials: CREDENTIALS });
  const restored = await createTables(maker, (table) => `${tables.tableNames[table]}${SUFFIX}`);
  maker.destroy();
  for (const table of SET_BACK_TABLES) {
    let start: Item | undefined;
    do {
      const page = await tables.client.send('Scan', {
        TableName: tables.tableNames[table],
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      await batchPutItems(tables, restored[table], page.Items ?? []);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }
}

/** Waits until everything agrees with everything else: what functions do behind a commit is done. */
async function untilWhole(run: Drill): Promise<void> {
  await eventually(() => admin(run, 'fsck'));
}

async function admin({ directory, log }: Drill, ...args: readonly string[]): Promise<void> {
  const { exitCode, text } = await runAdmin(directory, args);
  if (exitCode !== 0) throw new Error(`admin ${args.join(' ')} ended with ${exitCode}\n${text}`);
  if (args[0] !== 'fsck') log(text.trimEnd());
}

/** Lets the deployed sweep go through everything: nothing that is needed is missing, or taken away. */
async function sweepAll({ outputs: { endpoint, region } }: Drill): Promise<void> {
  const connection = { endpoint, region, credentials: async () => CREDENTIALS };
  const requests = new AwsRequests({ signingName: 'lambda', connection, requestMsMax: SWEEP_MS_MAX });
  const listed = await requests.send({ method: 'GET', url: new URL(`${endpoint}/2015-03-31/functions/`) });
  const { Functions: functions } = JSON.parse(listed.body.toString()) as {
    readonly Functions: readonly { readonly FunctionName: string; readonly Description?: string }[];
  };
  const name = functions.find(({ Description }) => Description === 'Syncline: sweep')?.FunctionName ?? '';
  const url = new URL(`${endpoint}/2015-03-31/functions/${name}/invocations`);
  let told = '';
  for (let run = 1; run <= SWEEPS_MAX; run++) {
    told = (await requests.send({ method: 'POST', url, body: Buffer.from('{}') })).body.toString();
    const { phase, stopped } = JSON.parse(told) as { readonly phase?: string; readonly stopped?: string };
    if (/lost|unrecorded/.test(told)) throw new Error(`the sweep misses what is needed: ${told}`);
    if (phase === 'rest' && stopped === undefined) return;
  }
  throw new Error(`the sweep does not come to its end: ${told}`);
}
