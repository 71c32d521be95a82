import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { type LiveWorld, readTextTree, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(300_000);

const run = promisify(execFile);
const FILES = 1500;

test('a checkout between two commits of 1,500 files arrives whole, and back again', async () => {
  await withLiveWorld(2, async (world, [a, b]) => {
    // The repository itself stands elsewhere: a half synced index helps nobody.
    const git = openGit(world, a.root);
    await git('init', '--quiet');
    await git('config', 'user.name', 'Ada');
    await git('config', 'user.email', 'ada@example.com');
    for (let index = 0; index < FILES; index++) await put(a.at(pathOf(index)), `main ${index}\n`);
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'main');
    await git('branch', 'main-line');
    // The other commit: a third edited, a third gone and others in their place, a folder where a file was.
    for (let index = 0; index < FILES; index++) {
      if (index % 3 === 0) await put(a.at(pathOf(index)), `branch ${index}, which is longer\n`);
      if (index % 3 === 1) await rm(a.at(pathOf(index)));
      if (index % 3 === 1) await put(a.at(`new/${pathOf(index)}`), `new ${index}\n`);
    }
    await rm(a.at(pathOf(2)));
    await put(a.at(`${pathOf(2)}/inside`), 'a folder where a file was\n');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'branch');
    const branch = await readTextTree(a.root);
    await acceptUntilSettled(world);
    expect(await readTextTree(b.root)).toEqual(branch);

    const before = world.service.journal.length;
    await git('checkout', '--quiet', 'main-line');
    const main = await readTextTree(a.root);
    expect(main.get(pathOf(0))).toBe('main 0\n');
    await acceptUntilSettled(world);
    expect(await readTextTree(b.root)).toEqual(main);
    // A file that stayed has one more revision at most, whatever the checkout did to it.
    const kept = world.history(pathOf(0));
    expect(kept.filter((type) => type === 'created')).toHaveLength(1);
    expect(world.service.journal.length - before).toBeLessThan(3 * FILES);

    await git('checkout', '--quiet', 'master');
    await acceptUntilSettled(world);
    expect(await readTextTree(b.root)).toEqual(branch);
    expect(await readFile(b.at(`${pathOf(2)}/inside`), 'utf8')).toBe('a folder where a file was\n');
  });
});

function openGit({ directory }: LiveWorld, workTree: string) {
  const gitDir = join(directory, 'repository');
  const env = {
    ...process.env,
    GIT_DIR: gitDir,
    GIT_WORK_TREE: workTree,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  return async (...words: readonly string[]): Promise<void> => {
    await run('git', ['-c', 'init.defaultBranch=master', '-c', 'core.excludesFile=', ...words], { cwd: workTree, env });
  };
}

/** A checkout rewrites more than a person does in one go, so both sides are told that it is meant, as often as they ask. */
async function acceptUntilSettled(world: LiveWorld): Promise<void> {
  const asking = setInterval(() => {
    for (const { loop } of world.devices) {
      if (loop.status().state === 'mass-change') loop.resume({ acceptDeletes: true });
    }
  }, 20);
  try {
    await world.settled();
  } finally {
    clearInterval(asking);
  }
}

function pathOf(index: number): string {
  return `src/package-${index % 10}/module-${index % 50}/file-${index}.ts`;
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
