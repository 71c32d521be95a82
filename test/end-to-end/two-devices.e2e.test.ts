import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { newEmail } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { countChunkObjects } from '../support/local-bucket.ts';
import { copyRealFiles, describeTree, writeAwkwardNames, writeLargeFile } from '../support/real-tree.ts';
import { sharedStack } from '../support/shared-stack.ts';

const PASSWORD = 'correct horse battery 9!';
const LARGE_BYTES = 300 * MiB;

interface LinkedDevice {
  readonly cli: CliDevice;
  readonly folder: string;
}

const ada = newEmail();
let root: string;
let a: LinkedDevice;
let b: LinkedDevice;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'syncline-two-devices-'));
  a = await linkDevice({ name: 'a', email: ada, command: 'signup' });
  b = await linkDevice({ name: 'b', email: ada, command: 'login' });
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function linkDevice(options: {
  readonly name: string;
  readonly email: string;
  readonly command: 'signup' | 'login';
}): Promise<LinkedDevice> {
  const home = join(root, `home-${options.name}`);
  const folder = join(root, `folder-${options.name}`);
  await mkdir(home, { recursive: true });
  await mkdir(folder, { recursive: true });
  const cli = new CliDevice({ home, apiUrl: sharedStack().apiUrl });
  await cli.expect([options.command, '--email', options.email, '--password-stdin'], `${PASSWORD}\n`);
  await cli.expect(['link', folder]);
  return { cli, folder };
}

async function sync(device: LinkedDevice): Promise<void> {
  await device.cli.expect(['sync', '--once', device.folder]);
}

/** Whatever the byte was, it is another one afterwards. */
async function changeByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.from([buffer.readUInt8() ^ 0xff]), 0, 1, position);
  await file.close();
}

/** Syncs in turn until both have seen each other's last change. */
async function exchange(): Promise<void> {
  await sync(a);
  await sync(b);
  await sync(a);
}

async function expectSameTrees(): Promise<void> {
  const [left, right] = await Promise.all([describeTree(a.folder), describeTree(b.folder)]);
  expect([...right]).toEqual([...left]);
}

describe('a real folder travels from one device to another', () => {
  test('more than a thousand real files, a 300 MB file and awkward names arrive byte for byte', async () => {
    expect(await copyRealFiles(join(a.folder, 'packages'))).toBeGreaterThanOrEqual(1500);
    await writeAwkwardNames(a.folder);
    await writeLargeFile(join(a.folder, 'film.bin'), { bytes: LARGE_BYTES, seed: 'film' });
    const before = await describeTree(a.folder);

    await sync(a);
    await sync(b);

    expect([...(await describeTree(b.folder))]).toEqual([...before]);
    expect([...(await describeTree(a.folder))]).toEqual([...before]);
  });

  test('a second sync finds nothing to do', async () => {
    const chunks = await countChunkObjects(sharedStack());
    await exchange();
    expect(await countChunkObjects(sharedStack())).toBe(chunks);
    await expectSameTrees();
  });

  test('one changed byte in the 300 MB file stores one more chunk', async () => {
    const chunks = await countChunkObjects(sharedStack());
    await changeByte(join(a.folder, 'film.bin'), 150 * MiB);

    await exchange();

    expect(await countChunkObjects(sharedStack())).toBe(chunks + 1);
    await expectSameTrees();
  });

  test('renames, a moved folder, deletes and edits on either side meet in the middle', async () => {
    await rename(join(a.folder, 'film.bin'), join(a.folder, 'renamed film.bin'));
    await mkdir(join(a.folder, 'archive'));
    await rename(join(a.folder, 'packages', '@smithy'), join(a.folder, 'archive', 'smithy'));
    await rm(join(a.folder, 'empty file'));
    await writeFile(join(b.folder, '.hidden'), 'edited on b');
    await rm(join(b.folder, 'packages', 'zod'), { recursive: true });
    await writeFile(join(b.folder, 'new on b.txt'), 'b');
    const chunks = await countChunkObjects(sharedStack());

    await exchange();
    await sync(b);

    await expectSameTrees();
    const tree = await describeTree(a.folder);
    expect(tree.has('film.bin')).toBe(false);
    expect(tree.has('renamed film.bin')).toBe(true);
    expect(tree.get('archive/smithy')).toBe('folder');
    expect(tree.has('empty file')).toBe(false);
    expect(tree.has('packages/zod')).toBe(false);
    expect(await readFile(join(a.folder, '.hidden'), 'utf8')).toBe('edited on b');
    expect(await countChunkObjects(sharedStack())).toBe(chunks + 2);
  });

  test('a file edited on both sides leaves both texts on both devices, one as a conflicted copy', async () => {
    await writeFile(join(a.folder, 'both.txt'), 'first');
    await exchange();
    await writeFile(join(a.folder, 'both.txt'), 'from a');
    await writeFile(join(b.folder, 'both.txt'), 'from b');

    await exchange();
    await sync(b);

    await expectSameTrees();
    const names = (await readdir(a.folder)).filter((name) => name.startsWith('both'));
    expect(names).toHaveLength(2);
    expect(names).toContainEqual(expect.stringContaining('conflicted copy from'));
    const texts = await Promise.all(names.map((name) => readFile(join(b.folder, name), 'utf8')));
    expect(texts.toSorted()).toEqual(['from a', 'from b']);
  });

  test('the same large file of a second account adds no chunk to the store', async () => {
    const c = await linkDevice({ name: 'c', email: newEmail(), command: 'signup' });
    await writeFile(join(c.folder, 'my copy.bin'), await readFile(join(a.folder, 'renamed film.bin')));
    const chunks = await countChunkObjects(sharedStack());

    await sync(c);

    expect(await countChunkObjects(sharedStack())).toBe(chunks);
    const listed = JSON.stringify(await c.cli.json(['ls', '/']));
    expect(listed).toContain('my copy.bin');
    expect(listed).not.toContain('renamed film.bin');
    const back = join(root, 'back.bin');
    await c.cli.expect(['get', '/my copy.bin', back]);
    expect((await readFile(back)).equals(await readFile(join(a.folder, 'renamed film.bin')))).toBe(true);
  });
});
