import { expect, test } from '@jest/globals';
import { CHANGED_AT, emptyTransaction, fileNode, putFiles } from './namespace-fixture.ts';
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

/** What every SharingStore must do about members who lose a right, and about those who come back. */
export function describeLostRights(get: () => SharingSubject): void {
  test('who loses the right to write commits nothing that was decided before, and who is made an editor takes no other along', async () => {
    const subject = get();
    const { team, home } = await share(subject);
    const guests = [(await join(subject, team)).guest, (await join(subject, team)).guest];
    const { namespaceId } = team;
    let accessRev = 0;
    const headSeq = async () => (await subject.namespaces.readAccess(team))?.head.seq ?? 0;
    const write = (seq: number) =>
      subject.namespaces.commit({
        ...putFiles(team, seq, [fileNode(team, { name: `file ${seq}` })]),
        groundId: home.namespaceId,
        accessRev,
      });
    expect(await write(await headSeq())).toEqual({ kind: 'committed' });
    const [viewer, gone] = guests.map(({ accountId }) => ({ namespaceId, accountId }));
    if (viewer === undefined || gone === undefined) throw new Error('two have joined');
    const losses = [
      () => subject.sharing.changeRole(viewer, { role: 'viewer', at: CHANGED_AT }, authorOf(team)),
      () => subject.sharing.removeMember(gone, authorOf(team)),
    ];
    for (const lose of losses) {
      expect(await lose()).toMatchObject({ kind: 'changed' });
      expect(await write(await headSeq())).toEqual({ kind: 'superseded' });
      accessRev = (await subject.namespaces.readAccess(team))?.head.accessRev ?? 0;
      for (const role of ['editor', 'editor'] as const)
        await subject.sharing.changeRole(viewer, { role, at: CHANGED_AT }, authorOf(team));
      expect(await write(await headSeq())).toEqual({ kind: 'committed' });
    }
  });

  test('who was removed, or made a viewer, comes back by no open invitation, and by one for one person that is not older', async () => {
    const subject = get();
    const { team } = await share(subject);
    const { guest } = await join(subject, team);
    const key = memberOf(team, guest.accountId);
    const barredAt = '2026-01-01T12:00:00.500Z';
    const leave = () => subject.sharing.removeMember(key, authorOf(team));
    const comeBack = async (given: { readonly email?: string; readonly createdAt: string }) => {
      const invitation = { ...invitationTo(team, given.email), createdAt: given.createdAt };
      await subject.sharing.putInvitation(invitation, INVITED_AT);
      const seq = (await subject.namespaces.readAccess(guest))?.head.seq ?? 0;
      const mount = await subject.sharing.getMount(key);
      if (mount !== undefined) {
        await subject.namespaces.commit({ ...emptyTransaction(guest, seq), sharing: { kind: 'unmount', mount } });
      }
      const change = await joining(subject, { team, guest, invitation });
      return (await subject.namespaces.commit(mountChange(guest, seq, change))).kind;
    };
    const email = 'guest@example.org';
    const bars = [
      () => subject.sharing.removeMember({ ...key, barredAt }, authorOf(team)),
      async () => {
        await subject.sharing.changeRole(key, { role: 'viewer', at: barredAt }, authorOf(team));
        await leave();
      },
    ];
    for (const bar of bars) {
      await bar();
      expect(await subject.sharing.getBar(key)).toBe(barredAt);
      expect(await comeBack({ createdAt: '2027-01-01T12:00:00.000Z' })).toBe('superseded');
      expect(await comeBack({ email, createdAt: '2026-01-01T12:00:00.499Z' })).toBe('superseded');
      expect(await comeBack({ email, createdAt: barredAt })).toBe('committed');
      expect(await subject.sharing.getBar(key)).toBeUndefined();
    }
    await leave();
    expect(await comeBack({ createdAt: CHANGED_AT })).toBe('committed');
  });

  test('who is made an editor or the owner is barred no longer', async () => {
    const subject = get();
    const { team } = await share(subject);
    const { namespaceId } = team;
    const [one, other] = [(await join(subject, team)).guest, (await join(subject, team)).guest];
    for (const { accountId } of [one, other]) {
      await subject.sharing.changeRole(memberOf(team, accountId), { role: 'viewer', at: CHANGED_AT }, authorOf(team));
    }
    await subject.sharing.changeRole(memberOf(team, one.accountId), { role: 'editor', at: CHANGED_AT }, authorOf(team));
    await subject.sharing.transfer({ namespaceId, from: team.accountId, to: other.accountId }, authorOf(team));
    for (const { accountId } of [one, other]) {
      expect(await subject.sharing.getBar(memberOf(team, accountId))).toBeUndefined();
    }
  });
}
