import { expect, test } from '@jest/globals';
import { DiskUser } from '../../../test/support/disk-user.ts';
import { KillableDevice, ROOT } from '../../../test/support/killable-device.ts';
import { ModelService } from '../../../test/support/model-service.ts';
import { serviceTree } from '../../../test/support/sync-world.ts';
import { UNDURABLE_MS_MAX } from './limits.ts';

const SEEDS = Array.from({ length: 60 }, (_none, index) => `${index}`);

/** A device that is linked, and a person there whose programs leave it to the operating system when a file becomes durable. */
async function aDevice() {
  const service = new ModelService();
  const device = await KillableDevice.link(service, { order: 'ordered' });
  return { service, device, careless: new DiskUser(device.disk, { root: ROOT, careful: false }) };
}

/** Something new at the service, so that it is written down here. */
async function makeElsewhere(service: ModelService): Promise<void> {
  const other = await KillableDevice.link(service, { order: 'ordered', number: 2 });
  await other.sync();
  other.user.mkdir('made elsewhere');
  await other.sync();
}

/** Of all losses of power, in how many a file was not there or had other bytes when the power was back. */
async function losePower(
  arrange: () => ReturnType<typeof aDevice>,
  check: (world: Awaited<ReturnType<typeof aDevice>>) => void,
) {
  let losses = 0;
  for (const seed of SEEDS) {
    const world = await arrange();
    const before = world.device.user.tree();
    world.device.losePower(seed);
    if (JSON.stringify([...world.device.user.tree()]) !== JSON.stringify([...before])) losses += 1;
    expect(await world.device.sync()).toMatchObject({ kind: 'rested', problems: [] });
    expect(world.device.user.tree()).toEqual(serviceTree(world.service));
    check(world);
  }
  return losses;
}

test('a new file that was sent, and is lost with the power, comes back from the service', async () => {
  const losses = await losePower(
    async () => {
      const world = await aDevice();
      world.careless.write('a', 'a text');
      await world.device.sync();
      return world;
    },
    ({ service }) => expect(serviceTree(service).get('a')).toBe('a text'),
  );
  expect(losses).toBeGreaterThan(10);
});

test('all files of a new folder that is lost with the power come back', async () => {
  const losses = await losePower(
    async () => {
      const world = await aDevice();
      world.careless.mkdir('d');
      for (const name of ['a', 'b']) world.careless.write(`d/${name}`, `text of ${name}`);
      await world.device.sync();
      return world;
    },
    ({ service }) =>
      expect([serviceTree(service).get('d/a'), serviceTree(service).get('d/b')]).toEqual(['text of a', 'text of b']),
  );
  expect(losses).toBeGreaterThan(10);
});

test.each(['write', 'replace'] as const)(
  'an edit that was sent, and is lost with the power, stands: one by %s',
  async (how) => {
    const losses = await losePower(
      async () => {
        const world = await aDevice();
        world.device.user.write('a', 'first');
        await world.device.sync();
        world.device.disk.volume.advance(2 * UNDURABLE_MS_MAX);
        world.careless[how]('a', 'second text');
        await world.device.sync();
        return world;
      },
      ({ service }) => expect(serviceTree(service).get('a')).toBe('second text'),
    );
    expect(losses).toBeGreaterThan(10);
  },
);

test('of an empty file that a loss of power leaves no copy is made', async () => {
  const { service, device, careless } = await aDevice();
  careless.write('a', 'a text');
  await device.sync();
  // As ext4 often has it: the name has reached the disk, and the bytes have not.
  device.user.write('a', '');
  device.reboot();
  await device.sync();
  expect([...serviceTree(service)]).toEqual([['a', 'a text']]);
  expect([...device.user.tree()]).toEqual([['a', 'a text']]);
});

test('what lost its bytes with the power, and was renamed then, keeps them at the service', async () => {
  const { service, device, careless } = await aDevice();
  careless.write('a', 'a text');
  await device.sync();
  device.user.write('a', '');
  device.reboot();
  device.disk.volume.advance(1000);
  device.user.rename('a', 'b');
  await device.sync();
  expect([...serviceTree(service).values()]).toContain('a text');
});

test('what a person removes once it is durable is deleted, also where the machine was started anew', async () => {
  const { service, device, careless } = await aDevice();
  for (const name of ['a', 'b']) careless.write(name, `text of ${name}`);
  await device.sync();
  device.disk.volume.advance(UNDURABLE_MS_MAX);
  device.user.remove('a');
  device.reboot();
  await device.sync();
  expect([...serviceTree(service)]).toEqual([['b', 'text of b']]);
});

test('what a person removes soon is deleted where the machine runs on', async () => {
  const { service, device, careless } = await aDevice();
  for (const name of ['a', 'b']) careless.write(name, `text of ${name}`);
  await device.sync();
  device.user.remove('a');
  device.restart();
  await device.sync();
  expect([...serviceTree(service)]).toEqual([['b', 'text of b']]);
});

test('what a person edits after the start is sent, and no copy is made', async () => {
  const { service, device, careless } = await aDevice();
  careless.write('a', 'first');
  await device.sync();
  device.reboot();
  device.disk.volume.advance(1000);
  device.user.write('a', 'second');
  await device.sync();
  expect([...serviceTree(service)]).toEqual([['a', 'second']]);
});

test('a process that ends before it was written down what is forgotten leaves it to the next one', async () => {
  const { service, device, careless } = await aDevice();
  careless.write('a', 'a text');
  await device.sync();
  device.user.remove('a');
  device.reboot();
  await makeElsewhere(service);
  // By now it has saved what is new at the service, and is about to look at the disk.
  const isKilled = await device.syncUntilKilled(({ name, path }) =>
    name === 'readdir' && path === ROOT ? 'killed-before' : undefined,
  );
  expect(isKilled).toBe(true);
  device.restart();
  await device.sync();
  expect(serviceTree(service).get('a')).toBe('a text');
  expect(device.user.tree().get('a')).toBe('a text');
});

test('whoever only looks at the folder writes nothing down', async () => {
  const { device, careless } = await aDevice();
  careless.write('a', 'a text');
  await device.sync();
  device.user.remove('a');
  device.reboot();
  const state = () => {
    const { synced, position } = device.copyState().load();
    return { synced: [...synced], position };
  };
  const before = state();
  expect(await device.look()).toMatchObject({ kind: 'planned' });
  expect(state()).toEqual(before);
});

test('what an earlier process has placed, and not made durable, is durable once it counts as agreed on', async () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const { service, device: author } = await aDevice();
    author.user.mkdir('d');
    await author.sync();
    const device = await KillableDevice.link(service, { order: 'per-directory', number: 2 });
    await device.sync();
    author.user.write('a', 'a text');
    await author.sync();
    expect(await device.syncUntilKilled(({ name }) => (name === 'link' ? 'killed-after' : undefined))).toBe(true);
    device.restart();
    await device.sync();
    // Long after that something is written down that has to do with another folder.
    device.disk.volume.advance(2 * UNDURABLE_MS_MAX);
    author.user.write('d/b', 'another');
    await author.sync();
    await device.sync();
    device.losePower(seed);
    await device.sync();
    expect(serviceTree(service).get('a')).toBe('a text');
  }
});

test('what cannot be seen at the first look after a loss of power is looked for by later ones', async () => {
  let losses = 0;
  for (const seed of SEEDS) {
    const { service, device, careless } = await aDevice();
    device.user.mkdir('d');
    await device.sync();
    careless.write('d/a', 'a text');
    await device.sync();
    device.losePower(seed);
    if (!device.user.tree().has('d/a')) losses += 1;
    device.process.faults = ({ name, path }) => (name === 'readdir' && path === `${ROOT}/d` ? 'EACCES' : undefined);
    expect((await device.sync()).problems).toMatchObject([{ path: 'd', reason: 'unreadable' }]);
    device.process.faults = () => undefined;
    await device.sync();
    expect(device.user.tree()).toEqual(serviceTree(service));
    expect(serviceTree(service).get('d/a')).toBe('a text');
  }
  expect(losses).toBeGreaterThan(10);
});
