import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { COMMIT_OPERATIONS_MAX } from '@syncline/protocol';
import { withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(300_000);

const run = promisify(execFile);
const FILES = 5000;
const FOLDERS = 10 + 100 + 200;

/** What `unzip` does, in a process of its own: folder after folder, file after file, as fast as the disk takes them. */
const UNZIP = `
  import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
  for (let index = 0; index < ${FILES}; index++) {
    const folder = ['archive', 'd' + index % 10, 'e' + index % 100, 'f' + index % 200].join('/');
    mkdirSync(folder, { recursive: true });
    writeFileSync(folder + '/file ' + index, 'content of ' + index);
    utimesSync(folder + '/file ' + index, 1_500_000_000, 1_500_000_000);
  }`;

test('5,000 files of an archive reach the other device complete, and travel in few commits', async () => {
  await withLiveWorld(2, async (world, [a, b]) => {
    await run(process.execPath, ['--input-type=module', '-e', UNZIP], { cwd: a.root });

    const tree = await world.settled();

    expect([...tree.values()].filter((text) => text !== undefined)).toHaveLength(FILES);
    expect(tree.get('archive/d9/e99/f199/file 4999')).toBe('content of 4999');
    // Each file and folder once: nothing of it was sent twice, and nothing came back.
    const created = world.service.journal.filter(({ type }) => type === 'created');
    expect(created).toHaveLength(FILES + FOLDERS + 1);
    // But one that was seen between its making and its writing, if that took long.
    const seenEmpty = new Set(created.filter(({ node }) => node.size === 0).map(({ node }) => node.nodeId));
    const others = world.service.journal.filter(({ type }) => type !== 'created');
    expect(others.filter(({ type, node }) => type !== 'modified' || !seenEmpty.has(node.nodeId))).toEqual([]);
    expect(b.commits).toEqual([]);
    const fewest = Math.ceil((FILES + FOLDERS + 1) / COMMIT_OPERATIONS_MAX);
    expect(a.commits.length).toBeLessThan(fewest * 4);
  });
});
