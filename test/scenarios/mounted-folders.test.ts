import { beforeEach, describe, expect, test } from '@jest/globals';
import { DAY_MS, JOURNAL_RETENTION_MS, type NamespaceId, rootNodeId } from '@syncline/protocol';
import type { Member } from '../support/in-memory-member.ts';
import { inside, type SharedWorld } from '../support/shared-world.ts';
import type { SyncDevice } from '../support/sync-world.ts';
import { below, countTransfers, settle, TEAM, TeamWorld } from '../support/team-world.ts';

let team: TeamWorld;
let world: SharedWorld;
let ada: Member;
let bob: Member;
let a: SyncDevice;
let b: SyncDevice;
let guest: SyncDevice;

beforeEach(async () => {
  team = await TeamWorld.open();
  ({ world, ada, bob, a, b, guest } = team);
});

const OUTLIVED = { passed: undefined, late: undefined };

/** Lets the journal go on for so long that what the devices have not read of it is not kept any more. */
async function outliveJournal(namespaceId: NamespaceId): Promise<void> {
  const { clock } = world.service.stores;
  await world.mkdir(inside(bob, namespaceId), 'passed');
  clock.advance(JOURNAL_RETENTION_MS - DAY_MS);
  await world.mkdir(inside(bob, namespaceId), 'late');
  clock.advance(2 * DAY_MS);
}

const COPY_OF_BOB = 'plan (conflicted copy from device 3 2026-01-01 000000)';

describe('a folder that is shared', () => {
  test('goes on on its devices without a byte being read, sent or fetched', async () => {
    const counts = [countTransfers(a), countTransfers(b)];
    const read = a.files.read.bind(a.files);
    let reads = 0;
    a.files.read = (file, wanted) => {
      reads += 1;
      return read(file, wanted);
    };
    const namespaceId = await team.shareTeam();
    await settle(a);
    await settle(b);
    expect(counts).toEqual([
      { sent: 0, fetched: 0 },
      { sent: 0, fetched: 0 },
    ]);
    expect(reads).toBe(0);
    expect(below(a, 'desk/team')).toEqual(TEAM);
    a.files.write('desk/team/plan', 'three');
    a.files.write('desk/team/sub/new', 'four');
    a.files.rename('desk/team/sub/deep', 'desk/team/deep');
    await team.settleAll();
    expect(below(b, 'desk/team')).toEqual({ plan: 'three', sub: undefined, 'sub/new': 'four', deep: 'two' });
    const { nodes } = await world.call(ada, 'listTree', { query: { namespaceId } });
    expect(nodes.map(({ name, rev }) => `${name}@${rev}`)).toEqual(['deep@2', 'plan@2', 'sub@1', 'new@1']);
  });

  test('holds nothing up when it came back from the trash before a device looked', async () => {
    const { node } = await world.call(ada, 'resolvePath', { query: { path: '/desk/team' } });
    const { nodeId } = node;
    await world.must(ada, { type: 'delete', nodeId, baseRev: node.rev, baseSeq: await world.head(ada) });
    await settle(a);
    await world.must(ada, { type: 'restore', nodeId });
    await team.shareTeam();
    a.files.write('desk/own', 'edited');
    await team.settleAll();
    expect(b.files.text('desk/own')).toBe('edited');
    expect(below(a, 'desk/team')).toEqual(TEAM);
  });

  test('comes to all who accept, and what each of them does comes to all others', async () => {
    await team.shareWithBob();
    expect(below(guest, 'team')).toEqual(TEAM);
    guest.files.write('team/plan', "bob's plan");
    guest.files.mkdir('team/more');
    guest.files.write('team/more/file', 'more');
    guest.files.rename('team/sub/deep', 'team/more/deep');
    guest.files.remove('team/sub');
    await settle(guest);
    await team.settleAll();
    const expected = { plan: "bob's plan", more: undefined, 'more/file': 'more', 'more/deep': 'two' };
    for (const seen of [below(a, 'desk/team'), below(b, 'desk/team'), below(guest, 'team')])
      expect(seen).toEqual(expected);
    expect(guest.files.text('private')).toBe("bob's");
    expect(a.files.text('desk/own')).toBe('mine');
  });

  test('has a conflicted copy for everybody when two accounts edit one file', async () => {
    await team.shareWithBob();
    a.files.write('desk/team/plan', 'from ada');
    guest.files.write('team/plan', 'from bob');
    await settle(a);
    await settle(guest);
    await team.settleAll();
    const expected = { ...TEAM, plan: 'from ada', [COPY_OF_BOB]: 'from bob' };
    for (const seen of [below(a, 'desk/team'), below(b, 'desk/team'), below(guest, 'team')])
      expect(seen).toEqual(expected);
  });

  test('is renamed and moved by each member for itself', async () => {
    await team.shareWithBob();
    guest.files.mkdir('work');
    guest.files.rename('team', 'work/with ada');
    guest.files.write('work/with ada/plan', 'edited');
    await settle(guest);
    await team.settleAll();
    expect(below(guest, 'work/with ada')).toEqual({ ...TEAM, plan: 'edited' });
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, plan: 'edited' });
    a.files.rename('desk/team', 'crew');
    await team.settleAll();
    expect(below(b, 'crew')).toEqual({ ...TEAM, plan: 'edited' });
    expect(below(guest, 'work/with ada')).toEqual({ ...TEAM, plan: 'edited' });
  });

  test('merges with a folder that the disk has in its place', async () => {
    guest.files.mkdir('team');
    guest.files.write('team/plan', 'one');
    guest.files.write('team/mine', 'mine');
    const namespaceId = await team.shareTeam();
    await world.welcome(ada, bob, { namespaceId });
    await settle(guest);
    await team.settleAll();
    expect(below(guest, 'team')).toEqual({ ...TEAM, mine: 'mine' });
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, mine: 'mine' });
  });

  test('is merged again by a device that has lost its database', async () => {
    await team.shareWithBob();
    guest.forgetState();
    guest.files.write('team/plan', 'edited');
    b.forgetState();
    await settle(guest);
    await team.settleAll();
    expect(below(b, 'desk/team')).toMatchObject(TEAM);
    expect(Object.values(below(b, 'desk/team'))).toContain('edited');
  });

  test('is read on by the devices of others when its own journal cannot be continued', async () => {
    const namespaceId = await team.shareWithBob();
    a.files.write('desk/team/plan', 'before');
    guest.files.write('private', 'edited');
    await settle(a);
    await outliveJournal(namespaceId);
    guest.files.write('team/sub/deep', 'during');
    await settle(guest);
    await team.settleAll();
    const merged = { ...TEAM, ...OUTLIVED, plan: 'before', 'sub/deep': 'during' };
    expect(below(guest, 'team')).toEqual(merged);
    expect(below(a, 'desk/team')).toEqual(merged);
  });

  test('that was set back is merged, with copies of what no revision has, and nothing is taken away', async () => {
    const namespaceId = await team.shareWithBob();
    a.files.write('desk/team/plan', 'before');
    await settle(a);
    world.service.stores.namespaces.changeHead(namespaceId, { epoch: 2 });
    guest.files.write('team/sub/deep', 'during');
    await settle(guest);
    await team.settleAll();
    const seen = below(guest, 'team');
    expect(seen['plan']).toBe('before');
    expect(new Set(Object.values(seen))).toEqual(new Set(['before', 'during', 'two', undefined]));
    expect(below(a, 'desk/team')).toEqual(seen);
    expect([a.files.trashed.size, guest.files.trashed.size]).toEqual([0, 0]);
  });
});

test('files of a shared folder change their names in a circle, on either side', async () => {
  await team.shareWithBob();
  guest.files.write('team/other', 'three');
  await settle(guest);
  await team.settleAll();
  const swap = (device: SyncDevice, folder: string) => {
    device.files.rename(`${folder}/plan`, `${folder}/aside`);
    device.files.rename(`${folder}/other`, `${folder}/plan`);
    device.files.rename(`${folder}/aside`, `${folder}/other`);
  };
  swap(guest, 'team');
  await settle(guest);
  await team.settleAll();
  expect(below(a, 'desk/team')).toEqual({ ...TEAM, plan: 'three', other: 'one' });
  swap(a, 'desk/team');
  await settle(a);
  await team.settleAll();
  expect(below(guest, 'team')).toEqual({ ...TEAM, other: 'three' });
});

test('a node that somebody has given the id of a node of another folder is taken for neither', async () => {
  await team.shareWithBob();
  const trap = await world.shareNew(bob, 'trap');
  await world.welcome(bob, ada, { namespaceId: trap });
  const { node } = await world.call(bob, 'resolvePath', { query: { path: '/team/sub' } });
  const squatter = await world.tryOne(inside(bob, trap), {
    type: 'mkdir',
    parentId: rootNodeId(trap),
    name: 'squatter',
    newNodeId: node.nodeId,
  });
  const inner = await world.tryOne(inside(bob, trap), { type: 'mkdir', parentId: node.nodeId, name: 'inner' });
  expect([squatter.status, inner.status]).toEqual(['committed', 'committed']);
  for (const device of [a, b]) {
    await settle(device);
    expect(below(device, 'desk/team')).toEqual(TEAM);
    expect(below(device, 'trap')).toEqual({});
  }
});

test('what is moved in a shared folder while its tree is listed does not go into the trash of a disk', async () => {
  const namespaceId = await team.shareWithBob();
  const { nodeId: early } = await world.mkdir(inside(bob, namespaceId), 'early');
  await team.settleAll();
  const { node } = await world.call(bob, 'resolvePath', { query: { path: '/team/sub/deep' } });
  const { namespaces } = world.service.stores;
  const listChildren = namespaces.listChildren.bind(namespaces);
  let isMoved = false;
  namespaces.listChildren = async (request) => {
    const children = await listChildren(request);
    if (!isMoved && request.parentId === early) {
      isMoved = true;
      const move = { type: 'move', nodeId: node.nodeId, baseRev: node.rev, parentId: early, name: 'deep' } as const;
      await world.must(inside(bob, namespaceId), move);
    }
    return children;
  };
  await outliveJournal(namespaceId);
  const counts = countTransfers(a);
  await settle(a);
  expect(isMoved).toBe(true);
  expect(below(a, 'desk/team')).toEqual({
    ...OUTLIVED,
    plan: 'one',
    sub: undefined,
    early: undefined,
    'early/deep': 'two',
  });
  expect([counts.fetched, a.files.trashed.size]).toEqual([0, 0]);
});

test('a file stays in its folder, and its edits too, where somebody has given its id to a file of another folder', async () => {
  await team.shareWithBob();
  const trap = await world.shareNew(bob, 'a trap');
  await world.welcome(bob, ada, { namespaceId: trap });
  const { node } = await world.call(bob, 'resolvePath', { query: { path: '/team/plan' } });
  await world.put(inside(bob, trap), { name: 'squatter', text: 'bait', newNodeId: node.nodeId });
  b.forgetState();
  b.faults.onCommit = (moment) => {
    if (moment === 'after') b.files.write('desk/team/plan', 'edited');
  };
  await b.sync();
  b.faults.onCommit = undefined;
  await b.sync();
  expect(Object.values(below(b, 'desk/team'))).toContain('edited');
  const { nodes } = await world.call(bob, 'listTree', { query: { namespaceId: trap } });
  expect(nodes.map(({ name, rev }) => `${name}@${rev}`)).toEqual(['squatter@1']);
  await settle(a);
  expect(below(a, 'desk/team')).toMatchObject(TEAM);
});

describe('what goes across a mount on the disk', () => {
  test('stands at the service where it is before it is gone where it was, and no byte is sent again', async () => {
    await team.shareWithBob();
    guest.files.write('private', 'a text of some length');
    await settle(guest);
    const { objects } = world.service.stores;
    const put = objects.put.bind(objects);
    let puts = 0;
    objects.put = (request) => {
      puts += 1;
      return put(request);
    };
    guest.files.rename('private', 'team/private');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, private: 'a text of some length' });
    expect(guest.files.text('private')).toBeUndefined();
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['team']);
    expect(puts).toBe(0);
  });

  test('is in both places when the process ends between the two halves, and lost in none', async () => {
    const namespaceId = await team.shareWithBob();
    guest.files.rename('team/sub', 'sub');
    let commits = 0;
    guest.faults.onCommit = (moment) => {
      commits += 1;
      if (commits === 4 && moment === 'after') throw new Error('the process ends');
    };
    await guest.sync().catch(() => undefined);
    guest.faults.onCommit = undefined;
    const { nodes } = await world.call(ada, 'listTree', { query: { namespaceId } });
    expect(nodes.map(({ name }) => name)).toEqual(['plan', 'sub', 'deep']);
    await settle(guest);
    await team.settleAll();
    expect(below(guest, 'sub')).toEqual({ deep: 'two' });
    expect(below(guest, 'team')).toEqual({ plan: 'one' });
    expect(below(a, 'desk/team')).toEqual({ plan: 'one' });
  });

  test('and was edited elsewhere meanwhile, is kept in both versions', async () => {
    await team.shareWithBob();
    a.files.write('desk/team/sub/deep', 'edited');
    await settle(a);
    guest.files.rename('team/sub', 'sub');
    await settle(guest);
    await team.settleAll();
    expect(below(guest, 'sub')).toEqual({ deep: 'two' });
    expect(below(guest, 'team')).toEqual({ ...TEAM, 'sub/deep': 'edited' });
  });

  test('on top of another file, replaces that and is gone where it was', async () => {
    await team.shareWithBob();
    guest.files.rename('private', 'team/plan');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, plan: "bob's" });
    expect([...guest.files.tree().keys()]).not.toContain('private');
  });
});

describe('the folder of a mount', () => {
  test('that is deleted on a disk comes back, and nothing of it is deleted for anybody', async () => {
    const namespaceId = await team.shareWithBob();
    const head = await world.head(inside(ada, namespaceId));
    guest.files.remove('team');
    a.files.remove('desk');
    await guest.sync();
    await a.sync();
    await team.settleAll();
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    expect(below(guest, 'team')).toEqual(TEAM);
    expect(below(b, 'desk')).toEqual({
      team: undefined,
      'team/plan': 'one',
      'team/sub': undefined,
      'team/sub/deep': 'two',
    });
    expect(below(a, 'desk/team')).toEqual(TEAM);
  });

  test('that is deleted and made anew before the client looks, is filled again, and nothing of it is deleted for anybody', async () => {
    await team.shareWithBob();
    guest.files.remove('team');
    guest.files.mkdir('team');
    guest.files.write('team/log', 'log');
    await guest.sync();
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, log: 'log' });
    expect(below(guest, 'team')).toEqual({ ...TEAM, log: 'log' });
    guest.files.remove('team/sub');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ plan: 'one', log: 'log' });
  });

  test('that is moved into another shared folder is copied there, and comes back', async () => {
    const namespaceId = await team.shareWithBob();
    const other = await world.shareNew(bob, 'other');
    await settle(guest);
    const head = await world.head(inside(ada, namespaceId));
    guest.files.rename('team', 'other/team');
    await guest.sync();
    await settle(guest);
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    expect(below(guest, 'team')).toEqual(TEAM);
    expect(below(guest, 'other/team')).toEqual(TEAM);
    const { nodes } = await world.call(bob, 'listTree', { query: { namespaceId: other } });
    expect(nodes.map(({ name }) => name)).toEqual(['team', 'plan', 'sub', 'deep']);
  });
});
