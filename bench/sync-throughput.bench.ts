import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MiB } from '@syncline/protocol';
import { newId } from '../test/support/api-device.ts';
import { CliDevice } from '../test/support/cli-process.ts';
import { writeLargeFile } from '../test/support/real-tree.ts';
import { type BenchResult, type Figure, median } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';

const run = promisify(execFile);
const SMALL_FILES = 1000;
const SMALL_FILE_BYTES = 4096;
const LARGE_FILE_BYTES = 256 * MiB;
const ROUNDS = 3;
const MB = 1_000_000;
const PASSWORD = 'correct horse battery 9!';

/** How fast does `sync --once` carry small and large files up and down, beside a plain local copy of the same files? */
export async function benchSyncThroughput({ outputs }: BenchStack): Promise<BenchResult> {
  const root = await mkdtemp(join(tmpdir(), 'syncline-bench-'));
  try {
    const email = `bench-${newId()}@example.org`.toLowerCase();
    const a = await linkDevice({ root, name: 'a', email, command: 'signup', apiUrl: outputs.apiUrl });
    const b = await linkDevice({ root, name: 'b', email, command: 'login', apiUrl: outputs.apiUrl });
    const figures: Figure[] = [];
    for (const [what, write, perSecond, unit] of WORKLOADS) {
      const times: Record<'up' | 'down' | 'copy', number[]> = { up: [], down: [], copy: [] };
      for (let round = 0; round < ROUNDS; round++) {
        const name = `${what} ${round}`;
        await write(join(a.folder, name));
        times.copy.push(await seconds(() => run('cp', ['-r', join(a.folder, name), join(root, name)])));
        times.up.push(await seconds(() => a.cli.expect(['sync', '--once', a.folder])));
        times.down.push(await seconds(() => b.cli.expect(['sync', '--once', b.folder])));
      }
      figures.push(
        { name: `${what}: up`, value: perSecond / median(times.up), unit },
        { name: `${what}: down`, value: perSecond / median(times.down), unit },
        { name: `${what}: up, time against cp -r`, value: median(times.up) / median(times.copy), unit: '×' },
      );
    }
    const note = 'mostly an emulator’s time: it and both devices share the machine';
    return { question: 'How fast is sync --once on the local stack?', note, figures };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

type Workload = readonly [what: string, write: (path: string) => Promise<void>, perSecond: number, unit: string];
const WORKLOADS: readonly Workload[] = [
  ['1,000 files of 4 KiB', writeSmallFiles, SMALL_FILES, 'files/s'],
  [
    'one file of 256 MiB',
    (path) => writeLargeFile(path, { bytes: LARGE_FILE_BYTES, seed: path }),
    LARGE_FILE_BYTES / MB,
    'MB/s',
  ],
];

async function writeSmallFiles(path: string): Promise<void> {
  await mkdir(path);
  for (let index = 0; index < SMALL_FILES; index++)
    await writeFile(join(path, `${index}.bin`), randomBytes(SMALL_FILE_BYTES));
}

async function linkDevice(options: {
  readonly root: string;
  readonly name: string;
  readonly email: string;
  readonly command: 'signup' | 'login';
  readonly apiUrl: string;
}): Promise<{ readonly cli: CliDevice; readonly folder: string }> {
  const home = join(options.root, `home-${options.name}`);
  const folder = join(options.root, `folder-${options.name}`);
  await mkdir(home);
  await mkdir(folder);
  const cli = new CliDevice({ home, apiUrl: options.apiUrl });
  await cli.expect([options.command, '--email', options.email, '--password-stdin'], `${PASSWORD}\n`);
  await cli.expect(['link', folder]);
  return { cli, folder };
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await task();
  return (performance.now() - before) / 1000;
}
