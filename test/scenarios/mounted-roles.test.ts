import { beforeEach, describe, expect, test } from '@jest/globals';
import { type InvitedRole, type NamespaceId, rootNodeId } from '@syncline/protocol';
import { listConflicts, settleCopy } from '../../client/src/engine/conflicts.ts';
import { explainPath } from '../../client/src/engine/explain-path.ts';
import type { Member } from '../support/in-memory-member.ts';
import { lookAt } from '../support/look-at.ts';
import { inside, type SharedWorld } from '../support/shared-world.ts';
import type { SyncDevice } from '../support/sync-world.ts';
import { below, countTransfers, problemsOf, settle, TEAM, TeamWorld } from '../support/team-world.ts';

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

const COPY = 'plan (conflicted copy from device 3 1970-01-01 000000)';

describe('a mount whose namespace cannot be read', () => {
  const setMember = (namespaceId: NamespaceId, role: InvitedRole | undefined) =>
    world.service.stores.namespaces.setRole({ namespaceId, accountId: bob.accountId, role });
  const HELD = ['team: shared-folder'];

  test('holds still: nothing is sent, fetched or deleted, until it can be read again', async () => {
    const namespaceId = await team.shareWithBob();
    const head = await world.head(inside(ada, namespaceId));
    setMember(namespaceId, undefined);
    guest.files.write('team/plan', 'edited');
    guest.files.write('team/new', 'new');
    guest.files.remove('team/sub');
    guest.files.rename('private', 'team/private');
    for (let round = 0; round < 3; round++) expect(await problemsOf(guest)).toEqual(HELD);
    expect(below(guest, 'team')).toEqual({ plan: 'edited', new: 'new', private: "bob's" });
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private', 'team']);
    setMember(namespaceId, 'editor');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ plan: 'edited', new: 'new', private: "bob's" });
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['team']);
  });

  test('takes nothing from a folder of the disk that stands in its place', async () => {
    const namespaceId = await team.shareTeam();
    await world.welcome(ada, bob, { namespaceId });
    setMember(namespaceId, undefined);
    guest.files.mkdir('team');
    guest.files.write('team/mine', 'mine');
    expect(await problemsOf(guest)).toEqual(HELD);
    expect(below(guest, 'team')).toEqual({ mine: 'mine' });
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private', 'team']);
  });

  test('comes back with its whole folder, and is deleted nowhere', async () => {
    const namespaceId = await team.shareWithBob();
    setMember(namespaceId, undefined);
    guest.files.remove('team');
    expect(await problemsOf(guest)).toEqual(HELD);
    setMember(namespaceId, 'editor');
    await guest.sync();
    await team.settleAll();
    expect(below(guest, 'team')).toEqual(TEAM);
    expect(below(a, 'desk/team')).toEqual(TEAM);
  });
});

describe('a viewer', () => {
  test('keeps its edits under names of their own, and gets what the service has in their places', async () => {
    const namespaceId = await team.shareWithBob('viewer');
    const head = await world.head(inside(ada, namespaceId));
    guest.files.write('team/plan', 'edited by a viewer');
    guest.files.write('team/new', 'new');
    guest.files.mkdir('team/folder');
    guest.files.write('team/folder/file', 'new, too');
    guest.files.rename('team/sub/deep', 'team/deep');
    guest.files.chmod('team/sub/deep', true);
    expect(await problemsOf(guest)).toEqual([
      'team/folder: read-only',
      'team/new: read-only',
      `team/${COPY}: read-only`,
    ]);
    const expected = {
      ...TEAM,
      [COPY]: 'edited by a viewer',
      new: 'new',
      folder: undefined,
      'folder/file': 'new, too',
    };
    expect(below(guest, 'team')).toEqual(expected);
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    guest.files.remove('team/sub');
    await guest.sync();
    expect(below(guest, 'team')).toEqual(expected);
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
  });

  test('gets what others change, beside what it has changed itself', async () => {
    await team.shareWithBob('viewer');
    a.files.write('desk/team/plan', 'from ada');
    await settle(a);
    guest.files.write('team/plan', 'from bob');
    expect(await problemsOf(guest)).toEqual([`team/${COPY}: read-only`]);
    expect(below(guest, 'team')).toEqual({ ...TEAM, plan: 'from ada', [COPY]: 'from bob' });
  });

  test('whose database is lost after it was taken out sends what it had kept into its own home, and nowhere else', async () => {
    const namespaceId = await team.shareWithBob('viewer');
    await world.call(ada, 'removeMember', { parameters: { namespaceId, accountId: bob.accountId } });
    guest.files.write('team/plan', 'edited by bob');
    const head = await world.head(inside(ada, namespaceId));
    expect(await problemsOf(guest)).toEqual(['team: left-folder']);
    guest.forgetState();
    await settle(guest);
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private', 'team', 'plan']);
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    await settle(a);
    expect(below(a, 'desk/team')).toEqual(TEAM);
  });

  test('finds what it keeps beside among the conflicts, and cannot have it take the place of the file', async () => {
    await team.shareWithBob('viewer');
    guest.files.write('team/plan', 'from bob');
    await guest.sync();
    const { trees, status } = await lookAt(guest, rootNodeId(bob.namespaceId));
    const [conflict, ...others] = listConflicts(trees, status);
    if (conflict === undefined) throw new Error('there is a conflict');
    expect(conflict).toMatchObject({ kind: 'copy', path: 'team/plan', copyPath: `team/${COPY}`, isReadOnly: true });
    expect(others).toEqual([]);
    expect(await settleCopy({ files: guest.files, trees }, conflict, 'mine')).toBe('read-only');
    expect(below(guest, 'team')).toMatchObject({ plan: TEAM.plan, [COPY]: 'from bob' });
    expect(await settleCopy({ files: guest.files, trees }, conflict, 'theirs')).toBe('settled');
    expect(below(guest, 'team')).toEqual(TEAM);
  });

  test('settles no conflict that the service has, for the next round would take it back', async () => {
    await team.shareWithBob('viewer');
    a.files.write(`desk/team/${COPY}`, 'from ada');
    await team.settleAll();
    const { trees, status } = await lookAt(guest, rootNodeId(bob.namespaceId));
    const [conflict] = listConflicts(trees, status);
    if (conflict === undefined) throw new Error('there is a conflict');
    expect(conflict).toMatchObject({ path: 'team/plan', copyPath: `team/${COPY}`, isReadOnly: true });
    for (const choice of ['mine', 'theirs', 'both'] as const) {
      expect(await settleCopy({ files: guest.files, trees }, conflict, choice)).toBe('read-only');
    }
    expect(below(guest, 'team')).toEqual({ ...TEAM, [COPY]: 'from ada' });
    expect(guest.files.trashed.size).toBe(0);
  });

  test('is told of what it has put there, and of all that lies in it, why it is not sent', async () => {
    await team.shareWithBob('viewer');
    const namespaceId = await team.shareFolder('desk/pages', {
      'desk/pages/first': 'a page',
      'desk/pages/old/in': 'inside',
    });
    await world.welcome(ada, bob, { namespaceId });
    await team.settleAll();
    guest.files.rename('pages/first', 'team/first');
    guest.files.rename('pages/old', 'team/old');
    expect(await problemsOf(guest)).toEqual(['team/old: read-only', 'team/first: read-only']);
    const { trees, status } = await lookAt(guest, rootNodeId(bob.namespaceId));
    const explain = (path: string) => explainPath(trees, { path, status });
    expect(explain('team/first')).toMatchObject({ state: 'problem', reason: 'read-only' });
    const within = explain('team/old/in');
    expect(within).toMatchObject({ state: 'problem', reason: 'read-only' });
    expect(within.remedy).toMatch(/^Of “team\/old”, in which it lies: You may only read/);
    for (const path of ['pages/first', 'pages/old/in']) {
      expect(explain(path)).toMatchObject({
        state: 'pending',
        detail: expect.stringContaining('The service keeps it'),
      });
    }
  });

  test('gives way with what it has made where the service has something else', async () => {
    await team.shareWithBob('viewer');
    guest.files.mkdir('team/both');
    guest.files.write('team/both/inside', 'mine');
    guest.files.write('team/folder', 'a file');
    a.files.write('desk/team/both', 'a file');
    a.files.mkdir('desk/team/folder');
    await settle(a);
    await problemsOf(guest);
    const mine = COPY.replace('plan', 'both');
    expect(below(guest, 'team')).toEqual({
      ...TEAM,
      both: 'a file',
      [mine]: undefined,
      [`${mine}/inside`]: 'mine',
      folder: undefined,
      [COPY.replace('plan', 'folder')]: 'a file',
    });
  });

  test('that becomes an editor sends what it has kept, and one that becomes a viewer sends no more', async () => {
    const namespaceId = await team.shareWithBob('viewer');
    guest.files.write('team/new', 'new');
    await guest.sync();
    await team.setRole(namespaceId, 'editor');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, new: 'new' });
    await team.setRole(namespaceId, 'viewer');
    guest.files.write('team/new', 'edited');
    expect(await problemsOf(guest)).toEqual([`team/${COPY.replace('plan', 'new')}: read-only`]);
    await settle(a);
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, new: 'new' });
    expect(below(guest, 'team')).toEqual({ ...TEAM, new: 'new', [COPY.replace('plan', 'new')]: 'edited' });
  });

  test('who lost the right while the client ran puts the refused edit aside', async () => {
    const namespaceId = await team.shareWithBob();
    const running = await guest.watchingEngine();
    await running.sync({ acceptDeletes: false });
    await team.setRole(namespaceId, 'viewer');
    guest.files.write('team/plan', 'edited');
    guest.files.remove('team/sub');
    const outcome = await running.sync({ acceptDeletes: false });
    expect(outcome).toMatchObject({ kind: 'rested', problems: [{ path: `team/${COPY}`, reason: 'read-only' }] });
    expect(below(guest, 'team')).toEqual({ ...TEAM, [COPY]: 'edited' });
    await team.setRole(namespaceId, 'editor');
    await settle(guest);
    await team.settleAll();
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, [COPY]: 'edited' });
  });

  test('takes a file out of the folder as a copy', async () => {
    const namespaceId = await team.shareWithBob('viewer');
    const head = await world.head(inside(ada, namespaceId));
    guest.files.rename('team/sub', 'sub');
    await guest.sync();
    await settle(guest);
    expect(below(guest, 'sub')).toEqual({ deep: 'two' });
    expect(below(guest, 'team')).toEqual(TEAM);
    expect(await world.head(inside(ada, namespaceId))).toBe(head);
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private', 'sub', 'deep', 'team']);
  });

  test('that puts a file of its own into the folder has it there, and at the service where it was', async () => {
    await team.shareWithBob('viewer');
    guest.files.rename('private', 'team/private');
    expect(await problemsOf(guest)).toEqual(['team/private: read-only']);
    expect(await problemsOf(guest)).toEqual(['team/private: read-only']);
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private', 'team']);
    expect(guest.files.text('team/private')).toBe("bob's");
  });
});

describe('who is not in a shared folder any more', () => {
  test('has what was unchanged in the trash, and what was changed on the disk alone', async () => {
    const namespaceId = await team.shareWithBob();
    guest.files.write('team/sub/deep', 'edited');
    guest.files.write('team/new', 'new');
    await team.removeBob(namespaceId);
    expect(await problemsOf(guest)).toEqual(['team: left-folder']);
    expect(await problemsOf(guest)).toEqual(['team: left-folder']);
    expect(below(guest, 'team')).toEqual({ sub: undefined, 'sub/deep': 'edited', new: 'new' });
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['private']);
    guest.files.rename('team/new', 'new');
    guest.files.remove('team');
    await settle(guest);
    expect((await world.tree(bob)).map(({ name }) => name)).toEqual(['new', 'private']);
    await settle(a);
    expect(below(a, 'desk/team')).toEqual(TEAM);
  });

  test('has nothing of it left where nothing was changed', async () => {
    const namespaceId = await team.shareWithBob();
    await team.removeBob(namespaceId);
    await settle(guest);
    expect([...guest.files.tree().keys()]).toEqual(['private']);
  });

  test('is not asked whether it means that, however much it was', async () => {
    for (let count = 0; count < 120; count++) a.files.write(`desk/team/${count}`, `${count}`);
    expect(await a.sync()).toMatchObject({ kind: 'rested' });
    const namespaceId = await team.shareWithBob();
    expect(Object.keys(below(guest, 'team'))).toHaveLength(123);
    await team.removeBob(namespaceId);
    await settle(guest);
    expect([...guest.files.tree().keys()]).toEqual(['private']);
    expect(guest.files.trashed.size).toBe(124);
  });

  test('finds what was left when it comes back', async () => {
    const namespaceId = await team.shareWithBob();
    guest.files.write('team/sub/deep', 'edited');
    await team.removeBob(namespaceId);
    await guest.sync();
    await world.welcomeBack(ada, bob, namespaceId);
    await settle(guest);
    await team.settleAll();
    expect(below(guest, 'team')).toEqual({ ...TEAM, 'sub/deep': 'edited' });
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, 'sub/deep': 'edited' });
  });

  test('and came back before the device looked, has lost nothing and fetches nothing', async () => {
    const namespaceId = await team.shareWithBob();
    guest.files.write('team/plan', 'edited');
    await team.removeBob(namespaceId);
    await world.welcomeBack(ada, bob, namespaceId);
    const counts = countTransfers(guest);
    await settle(guest);
    await team.settleAll();
    expect(counts.fetched).toBe(0);
    expect(below(a, 'desk/team')).toEqual({ ...TEAM, plan: 'edited' });
  });

  test('because it handed the folder over and left, has it in the trash', async () => {
    const namespaceId = await team.shareWithBob();
    const parameters = { namespaceId, accountId: bob.accountId };
    await world.call(ada, 'changeRole', { parameters, body: { role: 'owner' } });
    await world.call(ada, 'removeMember', { parameters: { namespaceId, accountId: ada.accountId } });
    await settle(a);
    await settle(b);
    expect([...a.files.tree().keys()]).toEqual(['desk', 'desk/own']);
    await settle(guest);
    expect(below(guest, 'team')).toEqual(TEAM);
  });
});
