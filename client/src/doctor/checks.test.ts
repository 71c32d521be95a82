import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId, PROTOCOL_VERSION } from '@syncline/protocol';
import { type Fault, LoopbackService } from '../../test/loopback-service.ts';
import { makeSignedInHome } from '../../test/run-cli.ts';
import { type LinkedFolder, stateFile, writeLinkedFolder } from '../platform/node/linked-folders.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import { openStateStore } from '../platform/node/open-state-store.ts';
import { writeRootMarker } from '../platform/node/root-marker.ts';
import { checkConnection } from './check-connection.ts';
import { checkRoot, checkState, countFolders } from './check-folder.ts';
import { checkConfiguration, checkPermissions } from './check-home.ts';
import { checkDisks, checkWatching, describeSpace } from './check-machine.ts';
import { examine } from './examine.ts';
import { CLOCK_SKEW_MS_MAX } from './limits.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const MIB = 1024 * 1024;

let service: LoopbackService;
let home: string;
let folder: LinkedFolder;

beforeEach(async () => {
  service = new LoopbackService();
  await service.start();
  home = await makeSignedInHome(service);
  await chmod(join(home, 'config.json'), 0o600);
  await chmod(join(home, 'credentials.json'), 0o600);
  const path = await mkdtemp(join(tmpdir(), 'syncline-folder-'));
  folder = {
    folderId: ID,
    path,
    namespaceId: NamespaceId.parse(ID),
    deviceId: DeviceId.parse(ID),
    onConflict: 'keep_both',
    paused: false,
    excluded: [],
  };
  await writeLinkedFolder(home, folder);
  await writeRootMarker(path, folder);
});
afterEach(async () => {
  await service.stop();
  await rm(home, { recursive: true });
  await rm(folder.path, { recursive: true, force: true });
});

const configuration = {
  protocolVersion: PROTOCOL_VERSION,
  stage: 'local',
  region: 'eu-central-1',
  issuer: 'issuer',
  audience: 'client',
};
const answered = (body: unknown, headers: Record<string, string> = {}): Fault => ({
  status: 200,
  headers,
  body: JSON.stringify(body),
});

async function connect(now: () => number = () => 0) {
  const transport = createNodeTransport();
  try {
    return await checkConnection({ transport, apiUrl: service.baseUrl, signal: new AbortController().signal, now });
  } finally {
    await transport.close();
  }
}

describe('the connection', () => {
  test('is fine when a Syncline of this version answers, and one request finds out', async () => {
    service.fault = () => answered(configuration);
    expect(await connect(() => Date.now())).toMatchObject([
      { check: 'connection', result: 'ok' },
      { check: 'clock', result: 'ok' },
    ]);
    expect(service.requests).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['cannot be reached', 'cut'],
    ['not as a Syncline', { status: 200, body: '<html>Welcome to the hotel</html>' }],
    ['not as a Syncline', { status: 502, body: '' }],
    ['version 99', answered({ ...configuration, protocolVersion: 99 })],
  ])('is a problem when it %s', async (said, fault) => {
    service.fault = () => fault;
    const [found] = await connect();
    expect(found).toMatchObject({ result: 'problem', message: expect.stringContaining(said) });
    expect(found?.remedy).toBeDefined();
  });

  test.each([
    [CLOCK_SKEW_MS_MAX + 60_000, '3 minutes ahead'],
    [-CLOCK_SKEW_MS_MAX - 60_000, '3 minutes behind'],
  ])('tells a clock that is off by %i ms', async (skewMs, said) => {
    const theirsMs = Date.UTC(2026, 0, 31);
    service.fault = () => answered(configuration, { date: new Date(theirsMs).toUTCString() });
    const found = await connect(() => theirsMs + skewMs);
    expect(found[1]).toMatchObject({ check: 'clock', result: 'warning', message: expect.stringContaining(said) });
    const right = await connect(() => theirsMs + CLOCK_SKEW_MS_MAX);
    expect(right[1]).toMatchObject({ check: 'clock', result: 'ok' });
  });
});

describe('the configuration', () => {
  test('is fine when it can be read by its owner alone', async () => {
    expect(await checkConfiguration(home)).toMatchObject([{ result: 'ok' }]);
    expect(await checkPermissions(home, 'linux')).toMatchObject([{ result: 'ok' }]);
  });

  test('names each file that is damaged', async () => {
    await writeFile(join(home, 'config.json'), '{');
    await writeFile(join(home, 'folders', `${ID}.json`), '{}');
    await writeFile(join(home, 'settings.json'), '{"limits":{"upBytesPerSecond":-1}}');
    const found = await checkConfiguration(home);
    expect(found.map(({ result }) => result)).toEqual(['problem', 'problem', 'problem']);
    expect(found.map(({ message }) => message).join()).toMatch(/config\.json.*folders.*settings\.json/s);
  });

  test('names each file that others can read, and the directory', async () => {
    await chmod(join(home, 'credentials.json'), 0o644);
    await chmod(home, 0o755);
    const found = await checkPermissions(home, 'linux');
    expect(found).toMatchObject([{ result: 'problem' }, { result: 'problem' }]);
    expect(found.map(({ remedy }) => remedy).join()).toContain('chmod');
    expect(await checkPermissions(home, 'win32')).toEqual([]);
  });
});

describe('a folder', () => {
  test('is a problem when it is not there, or is another one', async () => {
    expect(await checkRoot(folder)).toMatchObject({ result: 'ok' });
    expect(await checkRoot({ ...folder, folderId: 'another' })).toMatchObject({ result: 'problem' });
    await rm(folder.path, { recursive: true });
    expect(await checkRoot(folder)).toMatchObject({ result: 'problem', remedy: expect.stringContaining('unlink') });
  });

  test('has a state that is whole, none yet, or a damaged one', async () => {
    expect(checkState(home, folder)).toMatchObject({
      result: 'ok',
      message: expect.stringContaining('not been synced'),
    });
    const file = stateFile(home, ID);
    openStateStore(file).close();
    expect(checkState(home, folder)).toMatchObject({ result: 'ok', message: expect.stringContaining('whole') });
    expect(countFolders(home, folder)).toBe(1);
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE filler (text TEXT) STRICT');
    const insert = database.prepare('INSERT INTO filler VALUES (?)');
    for (let row = 0; row < 500; row++) insert.run('x'.repeat(200));
    database.close();
    // A page in the middle: opening and counting never come to it.
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0x5a, bytes.length - 8192, bytes.length - 8000));
    expect(checkState(home, folder)).toMatchObject({ result: 'problem', message: expect.stringContaining('damaged') });
    await writeFile(file, bytes.fill(0x5a, 100, 2000));
    expect(checkState(home, folder)).toMatchObject({ result: 'problem', remedy: expect.stringContaining('--rebuild') });
    expect(countFolders(home, folder)).toBe(1);
  });
});

describe('the machine', () => {
  test('has room, little of it, or none', () => {
    const totalBytes = 1e12;
    expect(describeSpace('/a', { freeBytes: 5000 * MIB, totalBytes }).result).toBe('ok');
    expect(describeSpace('/a', { freeBytes: 600 * MIB, totalBytes }).result).toBe('warning');
    expect(describeSpace('/a', { freeBytes: 500 * MIB, totalBytes }).result).toBe('problem');
  });

  test('tells each disk once, and leaves out what is not there', async () => {
    const found = await checkDisks([home, dirname(home), join(home, 'nothing')]);
    expect(found).toHaveLength(1);
  });

  test('lets all folders be watched, most of what is allowed, or too few', () => {
    expect(checkWatching(10, undefined)).toEqual([]);
    expect(checkWatching(10, 100)).toMatchObject([{ result: 'ok' }]);
    expect(checkWatching(80, 100)).toMatchObject([{ result: 'warning' }]);
    expect(checkWatching(101, 100)).toMatchObject([{ result: 'problem', remedy: expect.stringContaining('sysctl') }]);
  });
});

describe('an examination', () => {
  test('goes on past what is broken, and does not ask a service again that does not answer', async () => {
    service.fault = () => 'cut';
    await chmod(home, 0o755);
    const found = await examine(home, new AbortController().signal);
    expect(found.filter(({ result }) => result !== 'ok').map(({ check }) => check)).toEqual([
      'permissions',
      'connection',
      'background',
    ]);
    expect(service.requests).toHaveLength(1);
    expect(found.map(({ check }) => check)).toEqual(expect.arrayContaining(['folder', 'state', 'disk']));
  });

  test('looks at the rest when the configuration is damaged', async () => {
    await writeFile(join(home, 'config.json'), '{');
    const found = await examine(home, new AbortController().signal);
    expect(found.filter(({ result }) => result === 'problem')).toMatchObject([{ check: 'configuration' }]);
    expect(found.map(({ check }) => check)).toContain('disk');
    expect(service.requests).toEqual([]);
  });

  test('asks the service about sign-in and device', async () => {
    const account = {
      accountId: ID,
      homeNamespaceId: ID,
      quotaBytes: 5,
      usedBytes: 5,
      createdAt: '2026-01-31T00:00:00.000Z',
    };
    const device = {
      deviceId: ID,
      name: 'desk',
      platform: 'linux',
      createdAt: account.createdAt,
      lastSeenAt: account.createdAt,
    };
    service.fault = ({ url }) => {
      if (url === '/v1/configuration') return answered(configuration);
      return answered(url === '/v1/account' ? account : { devices: [{ ...device, revokedAt: account.createdAt }] });
    };
    const found = await examine(home, new AbortController().signal);
    const about = found.filter(({ check }) => check === 'sign-in' || check === 'device');
    expect(about).toMatchObject([
      { check: 'sign-in', result: 'ok' },
      { check: 'sign-in', result: 'problem', message: expect.stringContaining('full') },
      { check: 'device', result: 'problem', message: expect.stringContaining('unlinked on 2026-01-31') },
    ]);
  });
});
