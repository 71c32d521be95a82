import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { restingDaemon } from '../../test/resting-daemon.ts';
import { controlAddress, makeControlDirectory } from './control-address.ts';
import { connectDaemon } from './control-client.ts';
import { ControlError } from './control-error.ts';
import { CONTROL_VERSION, encodeRequest } from './control-protocol.ts';
import { type ControlHandlers, type ControlServer, openControlServer } from './control-server.ts';
import type { DaemonStatus } from './daemon-status.ts';
import { CONNECTIONS_MAX, REQUEST_BYTES_MAX, SOCKET_PATH_BYTES_MAX } from './limits.ts';
import { readLines } from './read-lines.ts';

let home: string;
let server: ControlServer | undefined;
const asked: string[] = [];
const failures: unknown[] = [];
const watching = { begun: Promise.withResolvers<void>(), ended: Promise.withResolvers<void>() };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'syncline-control-'));
  asked.length = 0;
  failures.length = 0;
  Object.assign(watching, { begun: Promise.withResolvers<void>(), ended: Promise.withResolvers<void>() });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(home, { recursive: true });
});

const told = { kind: 'answer', value: restingDaemon({ pid: 7 }) } as const;

/** Handlers that write down what they were asked. */
function handlers(): ControlHandlers {
  const note = async (what: string) => {
    asked.push(what);
    return told;
  };
  return {
    hello: async () => ({ kind: 'answer', value: { version: '0', pid: 7 } }),
    stop: async () => ({ kind: 'answer', value: { pid: 7 } }),
    status: () => note('status'),
    reload: () => note('reload'),
    pause: ({ folderId }) => note(`pause ${folderId}`),
    resume: () => note('resume'),
    'sync-now': () => Promise.reject(Object.assign(new Error("no space for '/mnt/ann/plan'"), { code: 'ENOSPC' })),
    rebuild: async () => ({ kind: 'refused', refusal: { code: 'unknown_folder', message: 'Not known.' } }),
    conflicts: async () => ({ kind: 'answer', value: { folders: [] } }),
    'settle-conflict': async () => ({ kind: 'answer', value: { outcome: 'unknown' } }),
    explain: async ({ path }) => ({
      kind: 'answer',
      value: { path, state: 'unknown', reason: 'not-there', detail: 'Neither side has it.' },
    }),
    async *watch(signal) {
      yield restingDaemon({ pid: 1 });
      watching.begun.resolve();
      const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      if (!signal.aborted) await ended;
      watching.ended.resolve();
    },
  };
}

async function open(at: string = home): Promise<void> {
  const address = controlAddress(at);
  server = await openControlServer({ address, home: at, onFailure: (failure) => failures.push(failure) }, handlers());
}

/** Sends bytes as they are and reads answers until the server has nothing more to say or `count` have come. */
async function exchange(bytes: string | Uint8Array, count: number): Promise<readonly unknown[]> {
  const socket = await openSocket();
  socket.write(bytes);
  const answers: unknown[] = [];
  for await (const line of readLines(socket, { bytesMax: 1e7 })) {
    if (line.kind === 'line') answers.push(JSON.parse(line.text));
    if (answers.length === count) break;
  }
  socket.destroy();
  return answers;
}

async function openSocket(): Promise<Socket> {
  const socket = connect(controlAddress(home).path);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

async function requireConnection() {
  const daemon = await connectDaemon(home);
  if (daemon === undefined) throw new Error('nobody listens');
  return daemon;
}

describe('the control socket', () => {
  test('answers each request in its order, however they come', async () => {
    await open();
    const lines = [encodeRequest('pause', { folderId: 'a' }), encodeRequest('status', {}), encodeRequest('hello', {})];
    const answers = await exchange(`${lines.join('\n')}\n`, 3);
    expect(answers).toMatchObject([
      { ok: true, value: { folders: [] } },
      { ok: true, value: { folders: [] } },
      { ok: true, value: { version: '0' } },
    ]);
    expect(asked).toEqual(['pause a', 'status']);
  });

  test('refuses what is no request, does nothing, and goes on answering', async () => {
    await open();
    const bad = [
      '{',
      'GET / HTTP/1.1',
      '{"control":1,"type":"erase","input":{}}',
      '{"control":1,"type":"pause","input":7}',
    ];
    const bytes = Buffer.concat([Buffer.from(`${bad.join('\n')}\n`), Buffer.from([0xff, 0xfe, 0x0a])]);
    const answers = await exchange(Buffer.concat([bytes, Buffer.from(`${encodeRequest('status', {})}\n`)]), 6);
    const refused = { control: CONTROL_VERSION, ok: false, error: { code: 'bad_request' } };
    expect(answers).toMatchObject([refused, refused, refused, refused, refused, { ok: true }]);
    expect(asked).toEqual(['status']);
    expect(failures).toEqual([]);
  });

  test('refuses a line that is too long, ends that connection, and serves the next', async () => {
    await open();
    const long = 'x'.repeat(REQUEST_BYTES_MAX + 1);
    expect(await exchange(`${long}\n${encodeRequest('status', {})}\n`, 9)).toMatchObject([
      { ok: false, error: { code: 'bad_request', message: 'The request is too long.' } },
    ]);
    expect(asked).toEqual([]);
    expect(await exchange(`${encodeRequest('status', {})}\n`, 1)).toMatchObject([{ ok: true }]);
  });

  test('tells a failure by its code alone, and hands it to the log', async () => {
    await open();
    const daemon = await requireConnection();
    const failure = await daemon.request('sync-now', { acceptDeletes: false }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ControlError);
    expect(failure).toMatchObject({ code: 'internal', message: expect.stringContaining('ENOSPC') });
    expect(String(failure)).not.toContain('ann');
    expect(failures).toHaveLength(1);
    expect(await daemon.request('explain', { folderId: 'a', path: 'b' })).toMatchObject({ path: 'b' });
    await expect(daemon.request('rebuild', { folderId: 'a' })).rejects.toMatchObject({ code: 'unknown_folder' });
    daemon.close();
  });

  test('notices when one who watches goes away, though nothing changes', async () => {
    await open();
    const daemon = await requireConnection();
    const seen: DaemonStatus[] = [];
    for await (const status of daemon.watch()) {
      seen.push(status);
      await watching.begun.promise;
      daemon.close();
    }
    await watching.ended.promise;
    expect(seen).toMatchObject([{ pid: 1 }]);
    expect(failures).toEqual([]);
  });

  test('ends a watch when the one who watches says something more', async () => {
    await open();
    const answers = await exchange(`${encodeRequest('watch', {})}\n${encodeRequest('pause', {})}\n`, 9);
    expect(answers).toMatchObject([{ ok: true, value: { pid: 1 } }]);
    expect(asked).toEqual([]);
  });

  test('closes connections beyond its limit and serves those that it has', async () => {
    await open();
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, openSocket));
    const extra = await openSocket();
    extra.resume();
    await new Promise((resolve) => extra.once('close', resolve));
    const [first] = sockets;
    first?.write(`${encodeRequest('hello', {})}\n`);
    expect(await readLines(first ?? extra, { bytesMax: 1e6 }).next()).toMatchObject({
      value: { kind: 'line', text: expect.stringContaining('"ok":true') },
    });
    for (const socket of sockets) socket.destroy();
  });

  test('can be entered by its owner alone, and leaves nothing behind', async () => {
    await open();
    expect((await stat(join(home, 'daemon.sock'))).mode & 0o077).toBe(0);
    expect((await stat(home)).mode & 0o077).toBe(0);
    await server?.close();
    server = undefined;
    expect(await readdir(home)).toEqual([]);
    expect(await connectDaemon(home)).toBeUndefined();
  });

  test('takes the place of a socket whose process was killed', async () => {
    await open();
    const first = server;
    // The file of a dead process stays; here the living one only stops listening on it.
    await open();
    expect(await exchange(`${encodeRequest('hello', {})}\n`, 1)).toMatchObject([{ ok: true }]);
    await first?.close();
  });
});

describe('a home with a path that is too long for a socket', () => {
  test('gets a private directory of its own, and another home another one', async () => {
    const long = join(home, 'x'.repeat(SOCKET_PATH_BYTES_MAX));
    await mkdir(long);
    const address = controlAddress(long);
    expect(Buffer.byteLength(address.path)).toBeLessThanOrEqual(SOCKET_PATH_BYTES_MAX);
    expect(controlAddress(`${long}/b`).path).not.toBe(address.path);
    await open(long);
    expect(await (await connectDaemon(long))?.request('hello', {})).toMatchObject({ pid: 7 });
    const directory = dirname(address.path);
    expect((await stat(directory)).mode & 0o077).toBe(0);
    await server?.close();
    server = undefined;
    await rm(directory, { recursive: true });
  });

  test('does not use a directory that somebody else has put there, or may write to', async () => {
    const long = join(home, 'y'.repeat(SOCKET_PATH_BYTES_MAX));
    await mkdir(long);
    const address = controlAddress(long);
    const directory = dirname(address.path);
    await symlink(home, directory);
    try {
      await expect(makeControlDirectory(address, long)).rejects.toThrow('somebody else');
      expect(await connectDaemon(long)).toBeUndefined();
      await rm(directory);
      await mkdir(directory);
      await chmod(directory, 0o777);
      await expect(makeControlDirectory(address, long)).rejects.toThrow('somebody else');
      expect(await connectDaemon(long)).toBeUndefined();
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

test('on Windows it is a named pipe, of its own for each home', () => {
  const { path, directory } = controlAddress('C:\\a', 'win32');
  expect(path).toMatch(/^\\\\\.\\pipe\\syncline-[0-9a-f]{24}$/);
  expect(directory).toBeUndefined();
  expect(controlAddress('C:\\b', 'win32').path).not.toBe(path);
});
