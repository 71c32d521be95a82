import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MiB } from '@syncline/protocol';
import { randomBytesOf } from '../../../../test/support/random-bytes.ts';
import { cutBytes, cutContent, type LentFile } from '../../transfers/cut-content.ts';
import { THREAD_FILE_BYTES_MIN } from '../../transfers/limits.ts';
import { CuttingThreads } from './cutting-threads.ts';

const { signal } = new AbortController();
const bytes = randomBytesOf('large', THREAD_FILE_BYTES_MIN + 3 * MiB);
let directory: string;
let file: string;
let threads: CuttingThreads;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-cutting-'));
  file = join(directory, 'large');
  await writeFile(file, bytes);
  threads = new CuttingThreads(2);
});
afterAll(async () => {
  await threads.close();
  await rm(directory, { recursive: true });
});

/** The file on the disk, which tells no bytes on this thread. */
function contentAt(path: string, isSame = true) {
  let given = 0;
  const lend = async (): Promise<LentFile> => {
    const handle = await open(path);
    const giveBack = async (): Promise<boolean> => {
      given += 1;
      await handle.close();
      return isSame;
    };
    return { descriptor: handle.fd, giveBack };
  };
  const read = () => Promise.reject(new Error('read on this thread'));
  return { content: { size: bytes.length, read, lend }, givenBack: () => given };
}

test('a thread cuts a file into the chunks that this one would', async () => {
  const expected = await cutBytes(bytes, 'cdc-1m-v1');
  const { content, givenBack } = contentAt(file);
  const all = Array.from({ length: 5 }, () => cutContent({ signal, cutting: threads }, content, 'cdc-1m-v1'));
  for (const chunks of await Promise.all(all)) expect(chunks).toEqual(expected);
  expect(givenBack()).toBe(5);
});

test('a file that changed meanwhile, or that ends early, has no chunks', async () => {
  const changed = contentAt(file, false);
  expect(await cutContent({ signal, cutting: threads }, changed.content, 'cdc-1m-v1')).toBeUndefined();
  const longer = contentAt(file);
  const content = { ...longer.content, size: bytes.length + 1 };
  expect(await cutContent({ signal, cutting: threads }, content, 'cdc-1m-v1')).toBeUndefined();
  expect(longer.givenBack()).toBe(1);
});

test('what reading throws is thrown here, and the thread goes on with other files', async () => {
  const { content, givenBack } = contentAt(directory);
  await expect(cutContent({ signal, cutting: threads }, content, 'cdc-1m-v1')).rejects.toThrow('EISDIR');
  expect(givenBack()).toBe(1);
  const next = contentAt(file);
  expect(await cutContent({ signal, cutting: threads }, next.content, 'cdc-1m-v1')).toHaveLength(
    (await cutBytes(bytes, 'cdc-1m-v1')).length,
  );
});

test('an abort ends the cutting, and gives the file back only when nothing reads it any more', async () => {
  const controller = new AbortController();
  const { content, givenBack } = contentAt(file);
  const cutting = cutContent({ signal: controller.signal, cutting: threads }, content, 'cdc-1m-v1');
  controller.abort(new Error('enough'));
  await expect(cutting).rejects.toThrow('enough');
  expect(givenBack()).toBe(1);
});
