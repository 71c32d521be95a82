/** A folder that was synced before, and of which nobody knows here what was agreed on: linked again, copied, or without its database. */
import { describe, expect, test } from '@jest/globals';
import type { Problem } from '@syncline/protocol';
import type { Remote } from '../../client/src/engine/ports.ts';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import { modelSyncService, SyncDevice, type SyncService } from '../support/sync-world.ts';
import { below, problemsOf, settle, TeamWorld } from '../support/team-world.ts';

const services: readonly (readonly [string, () => SyncService])[] = [
  ['the model', () => modelSyncService()],
  ['the handlers', () => handlersSyncService()],
];

/** Two devices that agree on `plan`; the second then forgets what was agreed on, and the first goes on with these edits. */
async function aForgetfulDevice(service: SyncService, { before, after }: { before: string[]; after: string[] }) {
  const [a, b] = [new SyncDevice(service, 1), new SyncDevice(service, 2)];
  for (const text of before) {
    a.files.write('plan', text);
    await a.sync();
  }
  await b.sync();
  b.forgetState();
  for (const text of after) {
    a.files.write('plan', text);
    await a.sync();
  }
  return { a, b };
}

describe.each(services)('with %s', (_name, makeService) => {
  test.each([
    { name: 'the first revision', before: ['one'], after: ['two', 'three'] },
    { name: 'a later revision', before: ['one', 'two'], after: ['three'] },
  ])('a file that is $name still is brought up to date, and is no conflict', async ({ before, after }) => {
    const service = makeService();
    const { b } = await aForgetfulDevice(service, { before, after });
    expect(await b.sync()).toMatchObject({ kind: 'rested', counts: { downloaded: 1, uploaded: 0, conflicts: 0 } });
    expect(b.files.tree()).toEqual(new Map([['plan', 'three']]));
    expect(await service.tree()).toEqual(new Map([['plan', 'three']]));
  });

  test('a file that was edited meanwhile keeps its content as a conflicted copy', async () => {
    const service = makeService();
    const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['two'] });
    b.files.write('plan', 'by b');
    expect(await b.sync()).toMatchObject({ kind: 'rested', counts: { conflicts: 1 } });
    expect(new Set((await service.tree()).values())).toEqual(new Set(['by b', 'two']));
    expect(b.files.tree()).toEqual(await service.tree());
  });

  test('a file that is edited between the look at its revisions and the download keeps its content', async () => {
    const service = makeService();
    const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['two'] });
    b.faults.onFetched = () => {
      b.faults.onFetched = undefined;
      b.files.write('plan', 'by b');
    };
    await b.sync();
    expect(new Set((await service.tree()).values())).toEqual(new Set(['by b', 'two']));
    expect(b.files.tree()).toEqual(await service.tree());
  });

  test('a file of as many bytes as a revision is none of it', async () => {
    const service = makeService();
    const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['three'] });
    b.files.write('plan', 'uno');
    await b.sync();
    expect(new Set((await service.tree()).values())).toEqual(new Set(['three', 'uno']));
  });
});

test('a viewer who links again gets what came meanwhile, and an edit of its own is kept beside it', async () => {
  const team = await TeamWorld.open();
  await team.shareWithBob('viewer');
  const { a, guest } = team;
  guest.forgetState();
  guest.files.write('team/sub/deep', 'by the viewer');
  a.files.write('desk/team/plan', 'second');
  a.files.write('desk/team/sub/deep', 'second, too');
  await settle(a);
  const copy = 'sub/deep (conflicted copy from device 3 1970-01-01 000000)';
  expect(await problemsOf(guest)).toEqual([`team/${copy}: read-only`]);
  expect(below(guest, 'team')).toMatchObject({ plan: 'second', 'sub/deep': 'second, too', [copy]: 'by the viewer' });
  expect(Object.keys(below(guest, 'team'))).toHaveLength(4);
});

test.each(['keep_mine', 'keep_theirs', 'last_write_wins', 'fail'] as const)(
  'what is a revision still does not come back as the newest one with the strategy %s',
  async (onConflict) => {
    const service = handlersSyncService();
    const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['two'] });
    const engine = await b.engine({ onConflict });
    expect(await engine.sync({ acceptDeletes: true })).toMatchObject({ kind: 'rested', problems: [] });
    expect(b.files.tree()).toEqual(new Map([['plan', 'two']]));
    expect(await service.head()).toBe(2);
  },
);

test('a conflict that is left to a person is told by whoever looks at the folder, without asking the service', async () => {
  const service = modelSyncService();
  const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['two'] });
  b.files.write('plan', 'by b');
  const engine = await b.engine({ onConflict: 'fail' });
  expect(await engine.sync({ acceptDeletes: true })).toMatchObject({
    problems: [{ path: 'plan', reason: 'conflict' }],
  });
  const onlooker = await b.engine({ onConflict: 'fail' });
  const seen = await onlooker.plan({ offline: true });
  if (seen.kind !== 'planned') throw new Error(seen.kind);
  await onlooker.execute(seen.plan, seen.plan.steps);
  expect(await onlooker.plan({ offline: true })).toMatchObject({
    plan: { steps: [], problems: [{ path: 'plan', reason: 'conflict' }] },
  });
});

test('mine stays mine where a person has said so', async () => {
  const service = modelSyncService();
  const { b } = await aForgetfulDevice(service, { before: ['one'], after: ['two'] });
  const engine = await b.engine({ onConflict: 'fail' });
  engine.settleConflict('plan', 'keep_mine');
  await engine.sync({ acceptDeletes: true });
  expect(b.files.tree()).toEqual(new Map([['plan', 'one']]));
  expect(await service.tree()).toEqual(new Map([['plan', 'one']]));
});

test('a service that refuses to tell revisions for now is asked again, and an older content stays one', async () => {
  const service = handlersSyncService();
  let asked = 0;
  const busy: SyncService = {
    ...service,
    connect: async (number, faults) => {
      const remote = await service.connect(number, faults);
      const listRevisions: Remote['listRevisions'] = async (file) => {
        asked += 1;
        return asked === 1 ? { kind: 'refused', problem: BUSY } : remote.listRevisions(file);
      };
      return { ...remote, listRevisions };
    },
  };
  const { b } = await aForgetfulDevice(busy, { before: ['one'], after: ['two'] });
  const engine = await b.engine({ onConflict: 'keep_mine' });
  await engine.sync({ acceptDeletes: true });
  expect([asked, b.files.tree()]).toEqual([2, new Map([['plan', 'two']])]);
  expect(await service.head()).toBe(2);
});

const BUSY: Problem = {
  type: 'rate_limited',
  title: 'rate_limited',
  status: 429,
  code: 'rate_limited',
  remedy: 'retry',
  detail: 'Later.',
  requestId: 'request',
};
