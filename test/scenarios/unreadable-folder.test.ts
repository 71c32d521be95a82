import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { nodeDiskCalls } from '../../client/src/platform/node/node-disk-calls.ts';
import { eventually } from '../support/eventually.ts';
import type { LiveDevice } from '../support/live-device.ts';
import { readTextTree, withLiveWorld } from '../support/live-world.ts';

jest.setTimeout(180_000);

/** A disk that refuses one folder, as the system refuses it to whoever has no permission. Whoever runs as root is refused nothing. */
function refuse(device: LiveDevice, folder: string): { allowed: boolean } {
  const permission = { allowed: false };
  const check = (path: string): void => {
    if (permission.allowed || path !== device.at(folder)) return;
    throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
  };
  device.calls = {
    ...nodeDiskCalls,
    readdirSync: (path) => {
      check(path);
      return nodeDiskCalls.readdirSync(path);
    },
    readdirBytesSync: (path) => {
      check(Buffer.from(path).toString());
      return nodeDiskCalls.readdirBytesSync(path);
    },
  };
  return permission;
}

test('a folder that may not be read any more is reported, nothing of it is deleted, and it goes on when it may', async () => {
  await withLiveWorld(2, async (world, [a, b]) => {
    mkdirSync(a.at('private'));
    writeFileSync(a.at('private', 'diary'), 'dear diary');
    writeFileSync(a.at('public'), 'public');
    await world.settled();
    await a.stop();
    const permission = refuse(a, 'private');
    a.start();
    await eventually(() => expect(a.status().problems).toMatchObject([{ path: 'private', reason: 'unreadable' }]));

    writeFileSync(a.at('public'), 'goes on');
    await eventually(async () => expect((await readTextTree(b.root)).get('public')).toBe('goes on'));
    expect((await readTextTree(b.root)).get('private/diary')).toBe('dear diary');
    expect(world.service.journal.some(({ type }) => type === 'deleted')).toBe(false);

    permission.allowed = true;
    writeFileSync(a.at('private', 'diary'), 'day two');
    expect((await world.settled()).get('private/diary')).toBe('day two');
  });
});
