import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { QUICK_BYTES_MAX } from './limits.ts';
import { isReadOnly, openQuickly } from './quick-handle.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'syncline-quick-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, byte: number): string {
  const path = join(directory, name);
  writeFileSync(path, new Uint8Array(2 * QUICK_BYTES_MAX).fill(byte));
  return path;
}

test.each([1, QUICK_BYTES_MAX, QUICK_BYTES_MAX + 1])('%d bytes are read where they stand', async (length) => {
  const handle = await openQuickly(write('a', 7), constants.O_RDONLY);
  const into = new Uint8Array(length);
  expect(await handle.read(into, 2 * QUICK_BYTES_MAX - length)).toBe(length);
  expect(into.every((byte) => byte === 7)).toBe(true);
  expect(await handle.read(into, 2 * QUICK_BYTES_MAX)).toBe(0);
  await handle.close();
});

test('a handle that is closed never reads the file that was given its number', async () => {
  const first = await openQuickly(write('a', 1), constants.O_RDONLY);
  await first.close();
  const second = await openQuickly(write('b', 2), constants.O_RDONLY);
  expect(second.descriptor).toBe(first.descriptor);
  await expect(first.read(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EBADF' });
  await expect(first.stat()).rejects.toMatchObject({ code: 'EBADF' });
  expect(() => first.readSync(new Uint8Array(1), 0)).toThrow('closed');
  await first.close();
  expect(await second.read(new Uint8Array(1), 0)).toBe(1);
  await second.close();
});

test('a read that is under way ends before the file is closed', async () => {
  const handle = await openQuickly(write('a', 1), constants.O_RDONLY);
  const into = new Uint8Array(2 * QUICK_BYTES_MAX);
  const order: string[] = [];
  const reading = handle.read(into, 0).then((count) => order.push(`read ${count}`));
  const closing = handle.close().then(() => order.push('closed'));
  await Promise.all([reading, closing]);
  expect(order).toEqual([`read ${into.length}`, 'closed']);
});

test('what is opened to be read is not written to', async () => {
  const handle = await openQuickly(write('a', 1), constants.O_RDONLY);
  await expect(handle.write(new Uint8Array(1), 0)).rejects.toMatchObject({ code: 'EBADF' });
  await expect(handle.truncate(0)).rejects.toMatchObject({ code: 'EINVAL' });
  await handle.close();
});

test('what does not exist is told with the code of the system', async () => {
  await expect(openQuickly(join(directory, 'none'), constants.O_RDONLY)).rejects.toMatchObject({ code: 'ENOENT' });
});

/** Opens a pipe after a while, so that a process that waits for it goes on; leaves a file when it has to. */
const RESCUE = `setTimeout(() => {
  const [pipe, mark] = process.argv.slice(1);
  fs.writeFileSync(mark, '');
  fs.openSync(pipe, 'r+');
  setTimeout(() => {}, 10_000);
}, 10_000);`;

test.each([
  ['a file', constants.O_RDONLY | constants.O_NOFOLLOW],
  ['a directory', constants.O_RDONLY],
])(
  'a pipe in the place of %s that is read keeps nobody waiting',
  async (_, flags) => {
    const [pipe, mark] = [join(directory, 'pipe'), join(directory, 'rescued')];
    execFileSync('mkfifo', [pipe]);
    const rescuer = spawn(process.execPath, ['-e', RESCUE, pipe, mark], { stdio: 'ignore' });
    try {
      const handle = await openQuickly(pipe, flags);
      expect((await handle.stat()).isFile()).toBe(false);
      await handle.close();
      expect(existsSync(mark)).toBe(false);
    } finally {
      const gone = once(rescuer, 'exit');
      rescuer.kill();
      await gone;
    }
  },
  30_000,
);

test('a file that may be made or changed is not only read', () => {
  expect(isReadOnly(constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)).toBe(true);
  for (const flag of [constants.O_WRONLY, constants.O_RDWR, constants.O_CREAT, constants.O_TRUNC, constants.O_APPEND]) {
    expect(isReadOnly(flag)).toBe(false);
  }
});

test.each([1, QUICK_BYTES_MAX, QUICK_BYTES_MAX + 1])('%d bytes are written where they belong', async (length) => {
  const handle = await openQuickly(
    join(directory, 'w'),
    constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
    0o600,
  );
  expect(await handle.write(new Uint8Array(length).fill(5), 3)).toBe(length);
  await handle.chmod(0o640);
  await handle.utimes(1_000_000.5);
  const stat = await handle.stat();
  expect([stat.size, Number(stat.mode) & 0o777, stat.mtimeNs]).toEqual([
    BigInt(length + 3),
    0o640,
    1_000_000_500_000_000n,
  ]);
  await handle.close();
  expect(readFileSync(join(directory, 'w')).equals(Buffer.concat([Buffer.alloc(3), Buffer.alloc(length, 5)]))).toBe(
    true,
  );
});

test('a handle that is closed changes nothing of the file that was given its number', async () => {
  const flags = constants.O_RDWR | constants.O_CREAT;
  const first = await openQuickly(join(directory, 'a'), flags, 0o644);
  await first.close();
  const second = await openQuickly(join(directory, 'b'), flags, 0o644);
  expect(second.descriptor).toBe(first.descriptor);
  const tries = [() => first.write(new Uint8Array(1), 0), () => first.chmod(0o600), () => first.utimes(1)];
  for (const change of [...tries, () => first.truncate(5), () => first.sync()]) {
    await expect(change()).rejects.toMatchObject({ code: 'EBADF' });
  }
  const stat = await second.stat();
  expect([stat.size, Number(stat.mode) & 0o777]).toEqual([0n, 0o644]);
  expect(stat.mtimeNs).toBeGreaterThan(1_000_000_000_000_000_000n);
  await second.close();
});
