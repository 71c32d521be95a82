import { constants } from 'node:fs';
import { expect, test } from '@jest/globals';
import { HOLE_BYTES_MIN } from '../../client/src/platform/node/limits.ts';
import { openStagedFile } from '../../client/src/platform/node/staged-file.ts';
import { KillableDevice } from '../support/killable-device.ts';
import { ModelService } from '../support/model-service.ts';
import { ServiceUser } from '../support/service-user.ts';
import { SimulatedDisk } from '../support/simulated-disk.ts';
import { type CountedCall, SimulatedProcess } from '../support/simulated-process.ts';
import { serviceTree } from '../support/sync-world.ts';

async function world() {
  const service = new ModelService();
  const device = await KillableDevice.link(service, { order: 'ordered' });
  await device.sync();
  return { service, device, user: new ServiceUser(service) };
}

test.each([
  ['to make the folder for what comes in', 'mkdir', 'EACCES', 'disk-denied'],
  ['to make that folder on a disk that is read-only', 'mkdir', 'EROFS', 'disk-read-only'],
  ['to open a file for it', 'open', 'EIO', 'disk'],
  ['to give that file its length', 'ftruncate', 'ENOSPC', 'disk-full'],
  ['its bytes', 'fwrite', 'EDQUOT', 'disk-full'],
] as const)('a disk that refuses %s is a problem of one file, and is tried again', async (_, name, code, reason) => {
  const { service, device, user } = await world();
  // A shorter file has no length before it has bytes.
  const text = 'from elsewhere'.padEnd(HOLE_BYTES_MIN);
  user.write('a', text);
  device.user.write('b', 'from here');
  const refuses = (call: CountedCall) => call.name === name && call.path.includes('/staging');
  // It is made once, and then only where it is missing.
  if (name === 'mkdir') device.disk.rmdir('/synced/.syncline/staging');
  device.process.faults = (call) => (refuses(call) ? code : undefined);
  expect(await device.sync()).toMatchObject({ kind: 'unrested', problems: [{ path: 'a', reason }] });
  expect(serviceTree(service).get('b')).toBe('from here');
  device.process.faults = () => undefined;
  expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
  expect(device.user.tree().get('a')).toBe(text);
});

test.each([
  ['EACCES', 'disk-denied', 'right to write'],
  ['EPERM', 'disk-denied', 'right to write'],
  ['EROFS', 'disk-read-only', 'Mount it for writing'],
  ['ENOSPC', 'disk-full', 'Make room'],
  ['EDQUOT', 'disk-full', 'Make room'],
] as const)('a name that is refused with %s is told as %s, with what helps', async (code, reason, remedy) => {
  const { device, user } = await world();
  user.mkdir('d');
  device.process.faults = ({ name, path }) => (name === 'mkdir' && path.endsWith('/d') ? code : undefined);
  const { problems } = await device.sync();
  expect(problems).toMatchObject([{ path: 'd', reason, detail: expect.stringContaining(remedy) }]);
});

test.each([
  ['a file', (user: ServiceUser) => user.write('.syncline', 'from elsewhere')],
  ['a folder', (user: ServiceUser) => user.mkdir('.syncline')],
])(
  "%s of the service under the name of the engine's own folder is told as such, and all else comes",
  async (_, make) => {
    const { device, user } = await world();
    make(user);
    user.write('a', 'a');
    const { problems } = await device.sync();
    expect(problems).toMatchObject([
      { path: '.syncline', reason: 'name-reserved', detail: expect.stringContaining('Rename it at the service') },
    ]);
    expect(device.user.tree().get('a')).toBe('a');
    user.rename('.syncline', 'b');
    expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
    expect(device.user.tree().has('b')).toBe(true);
  },
);

/** The disk goes away, and the empty folder stands there on which it was mounted. */
function unmount({ disk }: KillableDevice): void {
  disk.rename('/synced', '/unmounted');
  disk.mkdir('/synced');
}

function mountAgain({ disk }: KillableDevice): void {
  disk.rename('/synced', '/mount-point');
  disk.rename('/unmounted', '/synced');
}

test.each(['link', 'mkdir', 'open'])(
  'nothing is agreed on by what was done to the place of a disk that went away before %s',
  async (name) => {
    const { service, device, user } = await world();
    user.mkdir('d');
    user.write('d/a', 'a');
    user.write('b', 'b');
    let isGone = false;
    device.process.faults = (call) => {
      if (!isGone && call.name === name && !call.path.includes('marker')) {
        isGone = true;
        unmount(device);
      }
      return undefined;
    };
    await device.sync();
    expect(isGone).toBe(true);
    device.process.faults = () => undefined;
    mountAgain(device);
    expect(await device.sync()).toMatchObject({ kind: 'rested', problems: [] });
    const whole = new Map([
      ['b', 'b'],
      ['d', undefined],
      ['d/a', 'a'],
    ]);
    expect(serviceTree(service)).toEqual(whole);
    expect(device.user.tree()).toEqual(whole);
  },
);

test('a file that got its name from the staging folder is not written when its content comes once more', async () => {
  const disk = new SimulatedDisk({ order: 'ordered' });
  const { calls } = new SimulatedProcess(disk);
  const first = await openStagedFile(calls, { file: '/staging/key', size: 3, from: undefined });
  await first.write(0, Buffer.from('old'));
  await first.close();
  // As a process leaves it that dies before it takes the first name away.
  disk.link('/staging/key', '/file');
  const second = await openStagedFile(calls, { file: '/staging/key', size: 3, from: undefined });
  expect(second.resumed).toBe(false);
  await second.write(0, Buffer.from('new'));
  await second.close();
  const file = disk.open('/file', constants.O_RDONLY);
  const bytes = new Uint8Array(3);
  disk.read(file, bytes, 0);
  expect(Buffer.from(bytes).toString()).toBe('old');
});

test('what somebody does while a file goes to the trash does not go along', async () => {
  const { service, device, user } = await world();
  user.write('a', 'a');
  await device.sync();
  user.remove('a');
  device.process.faults = (call) => {
    if (call.name === 'mkdir' && call.path.includes('/trash')) device.user.write('a', 'edited');
    return undefined;
  };
  await device.sync();
  expect(device.user.tree().get('a')).toBe('edited');
  expect(serviceTree(service).get('a')).toBe('edited');
});
