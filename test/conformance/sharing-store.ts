import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountId, encodeUlid, epochMs, type InvitationId, NamespaceId, NodeId } from '@syncline/protocol';
import { POINTERS_MAX, POINTERS_OF_ONE_MAX } from '../../lambdas/sharing/limits.ts';
import type { SharingChange } from '../../lambdas/sharing/sharing-change.ts';
import type { StoredInvitation } from '../../lambdas/sharing/sharing-store.ts';
import { describeLostRights } from './lost-rights.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  fileNode,
  freshId,
  freshNodeId,
  NEVER,
  openHome,
  placeOf,
  putFiles,
} from './namespace-fixture.ts';
import {
  authorOf,
  INVITED_AT,
  invitationTo,
  join,
  joining,
  memberOf,
  mountChange,
  type SharingSubject,
  share,
} from './sharing-fixture.ts';

/** What every SharingStore, and the transactions of the NamespaceStore beside it, must do. */
export function describeSharingStore(make: () => Promise<SharingSubject>): void {
  let subject: SharingSubject;
  beforeAll(async () => {
    subject = await make();
  });

  describe('a folder that was shared', () => {
    test('has a head of its own, and reads the rows that lie where they lay, as its own', async () => {
      const { team, home, file } = await share(subject);
      const access = await subject.namespaces.readAccess(team);
      expect(access).toMatchObject({ role: 'owner', head: { seq: 0, groundId: home.namespaceId, memberCount: 1 } });
      const { namespaceId } = team;
      const own = { ...file, namespaceId };
      expect((await subject.namespaces.getNodes(namespaceId, [file.nodeId])).get(file.nodeId)).toEqual(own);
      expect([...(await subject.namespaces.getPlaces(namespaceId, [placeOf(file)])).values()]).toEqual([own]);
      const page = { namespaceId, parentId: file.parentId, limit: 10 };
      expect(await subject.namespaces.listChildren(page)).toEqual({ nodes: [own] });
      const content = { nodeId: file.nodeId, rev: 1 };
      const revision = await subject.namespaces.getRevision({ namespaceId, ...content });
      expect(revision).toMatchObject({ namespaceId, rev: 1 });
      expect([...(await subject.namespaces.getRevisions(namespaceId, [content])).values()]).toEqual([revision]);
      const revisions = { namespaceId, nodeId: file.nodeId, limit: 10 };
      expect(await subject.namespaces.listRevisions(revisions)).toEqual({ revisions: [revision] });
      expect(await subject.namespaces.listEntries({ namespaceId, after: 0, limit: 10 })).toEqual([]);
      const entries = await subject.namespaces.listEntries({ namespaceId: home.namespaceId, after: 1, limit: 10 });
      expect(entries).toMatchObject([{ node: { kind: 'mount', mountedNamespaceId: namespaceId } }]);
    });

    test('is written through its own head, and counts on the home that it came from', async () => {
      const { team, home } = await share(subject);
      const { namespaceId } = team;
      const node = fileNode(team, { name: 'new', parentId: team.root });
      const transaction = { ...putFiles(team, 0, [node]), groundId: home.namespaceId };
      expect(await subject.namespaces.commit(transaction)).toEqual({ kind: 'committed' });
      expect(await subject.namespaces.commit(transaction)).toEqual({ kind: 'superseded' });
      expect((await subject.namespaces.readAccess(team))?.head).toMatchObject({ seq: 1, bytesLogical: 20 });
      expect((await subject.namespaces.readAccess(home))?.head).toMatchObject({ seq: 2, bytesLogical: 20 });
      expect((await subject.namespaces.getNodes(namespaceId, [node.nodeId])).get(node.nodeId)).toEqual(node);
      const revision = await subject.namespaces.getRevision({ namespaceId, nodeId: node.nodeId, rev: 1 });
      expect(revision).toMatchObject({ namespaceId });
      expect(await subject.namespaces.listEntries({ namespaceId, after: 0, limit: 10 })).toHaveLength(1);
    });

    test('is filled no more than the home that it came from has room, whichever of the two is written', async () => {
      const { team, home } = await share(subject);
      const { namespaces } = subject;
      const inTeam = { ...putFiles(team, 0, [fileNode(team, { name: 'new' })]), groundId: home.namespaceId };
      expect(await namespaces.commit({ ...inTeam, roomBytes: 9 })).toEqual({ kind: 'superseded' });
      expect((await namespaces.readAccess(team))?.head).toMatchObject({ seq: 0, bytesLogical: 10 });
      expect(await namespaces.commit({ ...inTeam, roomBytes: 10 })).toEqual({ kind: 'committed' });
      const atHome = putFiles(home, 2, [fileNode(home, { name: 'new' })]);
      expect(await namespaces.commit({ ...atHome, roomBytes: 19 })).toEqual({ kind: 'superseded' });
      expect((await namespaces.readAccess(home))?.head).toMatchObject({ seq: 2, bytesLogical: 20 });
      expect(await namespaces.commit({ ...atHome, roomBytes: 20 })).toEqual({ kind: 'committed' });
    });

    test('is made once', async () => {
      const { team, home } = await share(subject);
      const { accountId } = home;
      const mount = { accountId, namespaceId: team.namespaceId, nodeId: freshNodeId(), joinedAt: CHANGED_AT };
      const again: SharingChange = {
        kind: 'found',
        folder: { ...team, groundId: home.namespaceId, groundSeq: 2, ownerAccountId: accountId, name: 'x' },
        member: { namespaceId: team.namespaceId, accountId, role: 'owner', since: CHANGED_AT },
        mount,
      };
      const outcome = await subject.namespaces.commit(mountChange(home, 2, again));
      expect(outcome).toEqual({ kind: 'superseded' });
      expect((await subject.namespaces.readAccess(home))?.head.seq).toBe(2);
    });

    test('is told to whoever asks by its id, and a home is not', async () => {
      const { team, home } = await share(subject);
      const { namespaceId, accountId: ownerAccountId } = team;
      expect(await subject.sharing.getFolder(namespaceId)).toEqual({
        namespaceId,
        name: 'team',
        ownerAccountId,
        memberCount: 1,
        seq: 0,
        epoch: 1,
      });
      expect(await subject.sharing.getFolder(home.namespaceId)).toBeUndefined();
      const ids = [namespaceId, home.namespaceId, NamespaceId.parse(freshId())];
      expect(await Promise.all(ids.map((id) => subject.sharing.isTaken(id)))).toEqual([true, true, false]);
      expect(await subject.sharing.getFolder(NamespaceId.parse(freshId()))).toBeUndefined();
    });
  });

  describe('a member', () => {
    test('joins with its mount, is counted, and leaves without', async () => {
      const { team } = await share(subject);
      const { guest, change } = await join(subject, team);
      const key = memberOf(team, guest.accountId);
      expect(await subject.sharing.getMember(key)).toEqual(change.kind === 'join' ? change.member : undefined);
      expect(await subject.sharing.getMount(key)).toEqual(change.mount);
      expect(await subject.namespaces.listMounts(guest.accountId)).toEqual([change.mount]);
      expect((await subject.namespaces.readAccess(guest))?.head).toMatchObject({ mountCount: 1 });
      expect((await subject.sharing.getFolder(team.namespaceId))?.memberCount).toBe(2);
      expect((await subject.namespaces.readAccess(key))?.role).toBe('editor');
      expect(await subject.accounts.listMembers(team.namespaceId)).toContain(guest.accountId);
      expect(await subject.sharing.removeMember(key, authorOf(team))).toMatchObject({ kind: 'changed' });
      expect(await subject.sharing.removeMember(key, authorOf(team))).toEqual({ kind: 'absent' });
      expect(await subject.namespaces.readAccess(key)).toBeUndefined();
      expect((await subject.sharing.getFolder(team.namespaceId))?.memberCount).toBe(1);
    });

    test('joins once, by an invitation that is there', async () => {
      const { team } = await share(subject);
      const { guest, change } = await join(subject, team);
      const { namespaceId } = team;
      const other = await openHome(subject);
      const again = { ...change, mount: { ...change.mount, nodeId: freshNodeId() } };
      expect(await subject.namespaces.commit(mountChange(guest, 1, again))).toEqual({
        kind: 'superseded',
      });
      const withdrawn = await joining(subject, { team, guest: other, invitation: invitationTo(team) });
      expect(await subject.namespaces.commit(mountChange(other, 0, withdrawn))).toEqual({
        kind: 'superseded',
      });
      expect((await subject.sharing.getFolder(namespaceId))?.memberCount).toBe(2);
    });

    test('is unmounted as it was mounted, or not at all', async () => {
      const { team } = await share(subject);
      const { guest, change } = await join(subject, team);
      const other: SharingChange = { kind: 'unmount', mount: { ...change.mount, nodeId: freshNodeId() } };
      const unmount = (seq: number, sharing: SharingChange) =>
        subject.namespaces.commit({ ...emptyTransaction(guest, seq), sharing });
      expect(await unmount(1, other)).toEqual({ kind: 'superseded' });
      expect(await unmount(1, { kind: 'unmount', mount: change.mount })).toEqual({ kind: 'committed' });
      expect(await subject.namespaces.listMounts(guest.accountId)).toEqual([]);
      expect((await subject.namespaces.readAccess(guest))?.head).toMatchObject({ mountCount: 0 });
    });

    test('is mounted anew where the mount was lost, row or node, and as the member that it was read as', async () => {
      const { team } = await share(subject);
      const { guest, change } = await join(subject, team);
      const key = memberOf(team, guest.accountId);
      const remount = (given: { readonly lost?: NodeId; readonly role?: 'editor' | 'viewer' }): SharingChange => {
        const { lost, role = 'editor' } = given;
        const mount = { ...change.mount, nodeId: freshNodeId() };
        return { kind: 'remount', member: { ...key, role }, mount, ...(lost === undefined ? {} : { lost }) };
      };
      const lost = change.mount.nodeId;
      for (const wrong of [{}, { lost: freshNodeId() }, { lost, role: 'viewer' }] as const) {
        const outcome = await subject.namespaces.commit(mountChange(guest, 1, remount(wrong)));
        expect(outcome).toEqual({ kind: 'superseded' });
      }
      const other = remount({ lost });
      expect(await subject.namespaces.commit(mountChange(guest, 1, other))).toEqual({ kind: 'committed' });
      expect(await subject.namespaces.listMounts(guest.accountId)).toEqual([other.mount]);
      expect((await subject.namespaces.readAccess(guest))?.head).toMatchObject({ mountCount: 1 });
      const unmount = { ...emptyTransaction(guest, 2), sharing: { kind: 'unmount', mount: other.mount } } as const;
      expect(await subject.namespaces.commit(unmount)).toEqual({ kind: 'committed' });
      const third = remount({});
      expect(await subject.namespaces.commit(mountChange(guest, 2, third))).toEqual({ kind: 'committed' });
      expect(await subject.sharing.getMount(key)).toEqual(third.mount);
      expect((await subject.namespaces.readAccess(guest))?.head).toMatchObject({ mountCount: 1 });
      expect(await subject.sharing.getMember(key)).toEqual(change.kind === 'join' ? change.member : undefined);
      await subject.sharing.removeMember(key, authorOf(team));
      const late = remount({ lost: third.mount.nodeId });
      expect(await subject.namespaces.commit(mountChange(guest, 3, late))).toEqual({ kind: 'superseded' });
    });

    test('changes roles, but the one owner stays until another is made one', async () => {
      const { team } = await share(subject);
      const { guest } = await join(subject, team);
      const key = memberOf(team, guest.accountId);
      const owner = memberOf(team, team.accountId);
      const { namespaceId } = team;
      expect(await subject.sharing.changeRole(key, { role: 'viewer', at: CHANGED_AT }, authorOf(team))).toMatchObject({
        member: { role: 'viewer' },
      });
      expect(await subject.sharing.changeRole(owner, { role: 'viewer', at: CHANGED_AT }, authorOf(team))).toEqual({
        kind: 'owner',
      });
      expect(await subject.sharing.removeMember(owner, authorOf(team))).toEqual({ kind: 'owner' });
      expect(
        await subject.sharing.changeRole(
          memberOf(team, freshId() as AccountId),
          { role: 'viewer', at: CHANGED_AT },
          authorOf(team),
        ),
      ).toEqual({
        kind: 'absent',
      });
      const [from, to] = [team.accountId, guest.accountId];
      expect(await subject.sharing.transfer({ namespaceId, from: to, to: from }, authorOf(team))).toEqual({
        kind: 'absent',
      });
      expect(await subject.sharing.transfer({ namespaceId, from, to }, authorOf(team))).toMatchObject({
        member: { role: 'owner' },
      });
      expect(await subject.sharing.getMember(owner)).toMatchObject({ role: 'editor' });
      expect(await subject.sharing.getFolder(namespaceId)).toMatchObject({ ownerAccountId: to });
      expect(await subject.sharing.removeMember(key, authorOf(team))).toEqual({ kind: 'owner' });
    });

    test('is told by the journal of the folder: each change is its next entry, and what is so already is none', async () => {
      const { team } = await share(subject);
      const { guest } = await join(subject, team);
      const { namespaceId } = team;
      const key = memberOf(team, guest.accountId);
      const { sharing } = subject;
      const viewer = { role: 'viewer', at: CHANGED_AT } as const;
      const author = authorOf(team);
      await sharing.changeRole(key, viewer, author);
      await sharing.changeRole(key, viewer, authorOf(team));
      await sharing.transfer({ namespaceId, from: team.accountId, to: guest.accountId }, authorOf(team));
      await sharing.removeMember(memberOf(team, team.accountId), authorOf(team));
      await sharing.removeMember(memberOf(team, team.accountId), authorOf(team));
      const entries = await subject.namespaces.listEntries({ namespaceId, after: 0, limit: 10 });
      // With the address by which it was known; this one has joined by a fixture.
      const known = { accountId: guest.accountId, email: 'guest@example.org' };
      expect(entries.map(({ seq, type, member }) => ({ seq, type, member }))).toEqual([
        { seq: 1, type: 'member', member: { accountId: guest.accountId, event: 'joined', role: 'editor' } },
        { seq: 2, type: 'member', member: { ...known, event: 'role', role: 'viewer', previousRole: 'editor' } },
        { seq: 3, type: 'member', member: { ...known, event: 'owner', role: 'owner', previousRole: 'viewer' } },
        { seq: 4, type: 'member', member: { accountId: team.accountId, event: 'left', role: 'editor' } },
      ]);
      const { deviceId, opId: own } = author;
      expect(entries[1]).toMatchObject({ accountId: team.accountId, deviceId, opId: own, node: { nodeId: team.root } });
      expect(await sharing.getFolder(namespaceId)).toMatchObject({ seq: 4, memberCount: 1 });
    });

    test('who joins after something has happened in the folder is decided again', async () => {
      const { team } = await share(subject);
      const { guest } = await join(subject, team);
      const [other, invitation] = [await openHome(subject), invitationTo(team)];
      await subject.sharing.putInvitation(invitation, INVITED_AT);
      const late = await joining(subject, { team, guest: other, invitation });
      const key = memberOf(team, guest.accountId);
      await subject.sharing.changeRole(key, { role: 'viewer', at: CHANGED_AT }, authorOf(team));
      expect(await subject.namespaces.commit(mountChange(other, 0, late))).toEqual({ kind: 'superseded' });
      expect(await subject.sharing.getMember(memberOf(team, other.accountId))).toBeUndefined();
      const again = await joining(subject, { team, guest: other, invitation });
      expect(await subject.namespaces.commit(mountChange(other, 0, again))).toEqual({ kind: 'committed' });
    });

    test('of two who hand one folder over at once, one does', async () => {
      const { team } = await share(subject);
      const guests = [(await join(subject, team)).guest, (await join(subject, team)).guest];
      const { namespaceId, accountId: from } = team;
      const outcomes = await Promise.all(
        guests.map(({ accountId: to }) => subject.sharing.transfer({ namespaceId, from, to }, authorOf(team))),
      );
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['absent', 'changed']);
      const { members } = await subject.sharing.listMembers({ namespaceId, limit: 10 });
      expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
    });

    test('is told on one page, in the order of ids', async () => {
      const { team } = await share(subject);
      const { namespaceId } = team;
      const ids: AccountId[] = [team.accountId];
      for (let count = 0; count < 4; count++) ids.push((await join(subject, team)).guest.accountId);
      const first = await subject.sharing.listMembers({ namespaceId, limit: 3 });
      expect(first.members.map(({ accountId }) => accountId)).toEqual(ids.toSorted().slice(0, 3));
      const after = first.next;
      const rest = await subject.sharing.listMembers({
        namespaceId,
        limit: 3,
        ...(after === undefined ? {} : { after }),
      });
      expect(rest.members.map(({ accountId }) => accountId)).toEqual(ids.toSorted().slice(3));
      expect(rest).not.toHaveProperty('next');
    });
  });

  describe('a right that is lost', () => {
    describeLostRights(() => subject);
  });

  describe('an invitation', () => {
    test('is kept until it is taken away', async () => {
      const { team } = await share(subject);
      const { namespaceId } = team;
      const [one, other] = [invitationTo(team), invitationTo(team, `${freshId().toLowerCase()}@example.org`)];
      for (const invitation of [one, other]) await subject.sharing.putInvitation(invitation, INVITED_AT);
      expect(await subject.sharing.getInvitation(one)).toEqual(one);
      const byId = (a: StoredInvitation, b: StoredInvitation) => (a.invitationId < b.invitationId ? -1 : 1);
      expect(await subject.sharing.listInvitations(namespaceId)).toEqual([one, other].toSorted(byId));
      expect(await subject.sharing.listInvitationsTo(other.email ?? '')).toEqual([other]);
      expect(await subject.sharing.deleteInvitation(other)).toEqual(other);
      expect(await subject.sharing.deleteInvitation(other)).toBeUndefined();
      expect(await subject.sharing.listInvitationsTo(other.email ?? '')).toEqual([]);
      const unknown = { namespaceId, invitationId: encodeUlid(new Uint8Array(16)) as InvitationId };
      expect(await subject.sharing.getInvitation(unknown)).toBeUndefined();
    });

    test('is found by its address while there is room for it, and what is found no more makes room', async () => {
      const { team } = await share(subject);
      const { sharing } = subject;
      const email = `${freshId().toLowerCase()}@example.org`;
      const put = async (given: Partial<StoredInvitation>, now = INVITED_AT) => {
        const invitation = { ...invitationTo(team, email), ...given };
        await sharing.putInvitation(invitation, now);
        expect(await sharing.getInvitation(invitation)).toMatchObject({ email });
        return invitation;
      };
      const isFound = async ({ invitationId }: StoredInvitation) =>
        (await sharing.listInvitationsTo(email)).some((found) => found.invitationId === invitationId);
      const soon = epochMs(INVITED_AT + 60_000);
      const first = await put({ expiresAt: soon });
      for (let index = 1; index < POINTERS_OF_ONE_MAX; index++) await put({});
      expect(await sharing.listInvitationsTo(email)).toHaveLength(POINTERS_OF_ONE_MAX);
      expect(await isFound(await put({}))).toBe(false);
      const other = await put({ invitedBy: AccountId.parse(freshId()) });
      expect(await isFound(other)).toBe(true);
      await sharing.deleteInvitation(first);
      expect(await isFound(await put({ expiresAt: soon }))).toBe(true);
      expect(await isFound(await put({}))).toBe(false);
      expect(await isFound(await put({}, soon))).toBe(true);
      let inviter = AccountId.parse(freshId());
      for (let index = POINTERS_OF_ONE_MAX + 1; index < POINTERS_MAX; index++) {
        if (index % POINTERS_OF_ONE_MAX === 0) inviter = AccountId.parse(freshId());
        await put({ invitedBy: inviter });
      }
      expect(await sharing.listInvitationsTo(email)).toHaveLength(POINTERS_MAX);
      expect(await isFound(await put({ invitedBy: AccountId.parse(freshId()) }))).toBe(false);
      expect(await sharing.listInvitationsTo(email)).toHaveLength(POINTERS_MAX);
    });

    test('for one person is used up by it; an open one stays, and can be used again', async () => {
      const { team } = await share(subject);
      for (const email of ['person@example.org', undefined]) {
        const invitation = invitationTo(team, email);
        await subject.sharing.putInvitation(invitation, INVITED_AT);
        const guest = await openHome(subject);
        const change = await joining(subject, { team, guest, invitation });
        const outcome = await subject.namespaces.commit(mountChange(guest, 0, change));
        expect(outcome).toEqual({ kind: 'committed' });
        const left = email === undefined ? invitation : undefined;
        expect(await subject.sharing.getInvitation(invitation)).toEqual(left);
      }
    });

    test('ends in whole seconds, rounded up', async () => {
      const { team } = await share(subject);
      const invitation = { ...invitationTo(team), expiresAt: epochMs(NEVER + 1) };
      await subject.sharing.putInvitation(invitation, INVITED_AT);
      expect((await subject.sharing.getInvitation(invitation))?.expiresAt).toBe(NEVER + 1000);
    });
  });

  test('nothing of a namespace that does not exist is found', async () => {
    const namespaceId = NamespaceId.parse(freshId());
    expect(await subject.namespaces.getNodes(namespaceId, [NodeId.parse(freshId())])).toEqual(new Map());
    expect(await subject.sharing.listMembers({ namespaceId, limit: 5 })).toEqual({ members: [] });
  });
}
