import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiB } from '@syncline/protocol';
import type { FolderWatcher } from '../client/src/platform/node/folder-watcher.ts';
import { openFolderWatcher } from '../client/src/platform/node/open-folder-watcher.ts';
import { meanwhile, settle, withWatchedWorld } from '../test/support/watched-world.ts';
import { type BenchResult, median, percentile } from './bench-report.ts';
import { costOfWalk, type WalkCost, walk } from './watched-walk.ts';

const FOLDERS = 2000;
const FILES_IN_FOLDER = 50;
const WALKS = 5;
const WRITES = 200;
const BURST_FILES = 2000;

/** What does it cost to watch 100,000 files in 2,000 folders, how soon is a write told, and is anything lost of a burst? */
export async function benchWatcher(): Promise<BenchResult> {
  const root = await mkdtemp(join(tmpdir(), 'syncline-bench-'));
  try {
    await makeTree(root);
    const plain: WalkCost[] = [];
    const watched: WalkCost[] = [];
    for (let index = 0; index < WALKS; index++) {
      plain.push(await costOfWalk(root, false));
      watched.push(await costOfWalk(root, true));
    }
    const added = (of: 'ms' | 'rssBytes') =>
      median(watched.map((cost) => cost[of])) - median(plain.map((cost) => cost[of]));
    const latencies = await measureLatencies(root);
    return {
      question: 'What does it cost to watch 100,000 files in 2,000 folders, and how soon is a change told?',
      figures: [
        {
          name: 'walk, every folder watched before it is listed',
          value: median(watched.map(({ ms }) => ms)),
          unit: 'ms',
        },
        { name: 'of these, added by the watches', value: added('ms'), unit: 'ms' },
        { name: 'memory (RSS) added by the watches', value: added('rssBytes') / MiB, unit: 'MiB' },
        { name: 'watches held', value: watched[0]?.watches ?? 0, unit: '' },
        { name: 'a write in another process is told, p50', value: median(latencies), unit: 'ms' },
        {
          name: 'a write in another process is told, p95',
          value: percentile(latencies, 0.95),
          unit: 'ms',
          target: 'P11',
          aim: { most: 5 },
        },
        {
          name: `lost of ${BURST_FILES} files in new nested folders`,
          value: await lostInBurst(),
          unit: 'files',
          target: 'P11',
          aim: { most: 0 },
        },
      ],
      note: `walks: median of ${WALKS} processes each; writes: ${WRITES}, one after the other`,
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function makeTree(root: string): Promise<void> {
  for (let index = 0; index < FOLDERS; index++) {
    const folder = join(root, `folder ${index % 40}`, `sub folder ${index}`);
    await mkdir(folder, { recursive: true });
    await Promise.all(
      Array.from({ length: FILES_IN_FOLDER }, (_, file) => writeFile(join(folder, `file ${file}.txt`), `${index}`)),
    );
  }
}

/** From the moment before another process writes to the moment that the watcher calls back; both read one monotonic clock. */
async function measureLatencies(root: string): Promise<readonly number[]> {
  const watcher = openFolderWatcher({ root });
  const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await walk(root, watcher);
    const latencies: number[] = [];
    for (let index = 0; index < WRITES; index++) {
      const folder = (index * 7919) % FOLDERS;
      const file = join(root, `folder ${folder % 40}`, `sub folder ${folder}`, `file ${index % FILES_IN_FOLDER}.txt`);
      const hint = nextHint(watcher);
      const written = new Promise<bigint>(
        (resolve) => void writer.once('message', (at) => resolve(BigInt(at as string))),
      );
      writer.send(file);
      latencies.push(Number((await hint) - (await written)) / 1e6);
      // The write makes more than one event.
      await new Promise((resolve) => void setTimeout(resolve, 5));
      watcher.take();
    }
    return latencies;
  } finally {
    writer.kill();
    await watcher.close();
  }
}

const WRITER = `
  import { writeFileSync } from 'node:fs';
  process.on('message', (file) => {
    const at = process.hrtime.bigint();
    writeFileSync(file, String(at));
    process.send(String(at));
  });`;

async function nextHint(watcher: FolderWatcher): Promise<bigint> {
  return new Promise((resolve) => {
    watcher.onHint(() => resolve(process.hrtime.bigint()));
  });
}

async function lostInBurst(): Promise<number> {
  let lost = BURST_FILES;
  await withWatchedWorld({ comparesObjects: true }, async (world) => {
    await settle(world);
    await meanwhile(world, `fill('unzipped', 'x')`);
    await settle(world);
    lost = BURST_FILES - world.follower.files();
  });
  return lost;
}
