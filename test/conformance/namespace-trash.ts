import { expect, test } from '@jest/globals';
import type { TrashEntry } from '@syncline/protocol';
import {
  emptyTransaction,
  entryOf,
  fileNode,
  freshNodeId,
  type NamespaceSubject,
  openHome,
  putFiles,
  revisionOf,
} from './namespace-fixture.ts';

const COMMITTED = { kind: 'committed' };

/** What every NamespaceStore must do with what lies in the trash, and with what people say of revisions. */
export function describeTrashAndMarks(get: () => NamespaceSubject): void {
  test('the trash is listed newest first, page by page, and what left it is not told', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const entries = [1, 2, 3, 4, 5].map(
      (day): TrashEntry => ({
        nodeId: freshNodeId(),
        parentId: home.root,
        name: `${day}`,
        kind: day % 2 === 0 ? 'folder' : 'file',
        path: `/over there/${day}`,
        size: day,
        // Two were deleted at one time.
        deletedAt: `2026-01-0${Math.min(day, 4)}T00:00:00.000Z`,
      }),
    );
    const trash = entries.map((entry) => ({ kind: 'enter' as const, entry }));
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), trash })).toEqual(COMMITTED);
    const [gone] = entries;
    if (gone === undefined) throw new Error('there are entries');
    const { deletedAt, nodeId } = gone;
    const leave = [{ kind: 'leave' as const, entry: { deletedAt, nodeId } }];
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), trash: leave })).toEqual(COMMITTED);

    const expected = entries
      .slice(1)
      .toSorted((a, b) => (`${a.deletedAt}#${a.nodeId}` < `${b.deletedAt}#${b.nodeId}` ? 1 : -1));
    const { namespaceId } = home;
    const first = await namespaces.listTrash({ namespaceId, limit: 3 });
    expect(first.entries).toEqual(expected.slice(0, 3));
    if (first.next === undefined) throw new Error('there is more');
    const second = await namespaces.listTrash({ namespaceId, limit: 3, before: first.next });
    expect(second).toEqual({ entries: expected.slice(3) });
    expect(await namespaces.listTrash({ namespaceId, limit: 4 })).toEqual({ entries: expected });
  });

  test('a revision is labelled and kept, and either is taken back, without a change of anything else', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const node = fileNode(home, { name: 'file' });
    await namespaces.commit(putFiles(home, 0, [node]));
    const key = { namespaceId: home.namespaceId, nodeId: node.nodeId, rev: 1 };
    const plain = revisionOf(home, node);
    expect(await namespaces.markRevision(key, {})).toEqual(plain);
    expect(await namespaces.markRevision(key, { label: 'draft' })).toEqual({ ...plain, label: 'draft' });
    expect(await namespaces.markRevision(key, { kept: true })).toEqual({ ...plain, label: 'draft', kept: true });
    expect(await namespaces.markRevision(key, { label: null })).toEqual({ ...plain, kept: true });
    expect(await namespaces.getRevision(key)).toEqual({ ...plain, kept: true });
    expect(await namespaces.markRevision(key, { label: 'final', kept: false })).toEqual({ ...plain, label: 'final' });
    expect(await namespaces.getRevision(key)).toEqual({ ...plain, label: 'final' });
    expect((await namespaces.readAccess(home))?.head.seq).toBe(1);
  });

  test('a revision that is not there cannot be marked, and marking makes none', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const key = { namespaceId: home.namespaceId, nodeId: freshNodeId(), rev: 1 };
    expect(await namespaces.markRevision(key, { label: 'x', kept: true })).toBeUndefined();
    expect(await namespaces.markRevision(key, { label: null })).toBeUndefined();
    expect(await namespaces.markRevision(key, {})).toBeUndefined();
    expect(await namespaces.getRevision(key)).toBeUndefined();
  });

  test('contents go unless somebody has marked them, all of a transaction or none', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const node = fileNode(home, { name: 'file' });
    await namespaces.commit(putFiles(home, 0, [node]));
    const { namespaceId } = home;
    const { nodeId } = node;
    const later = [2, 3, 4].map((rev) => ({ ...revisionOf(home, node), rev }));
    await namespaces.commit({ ...emptyTransaction(home, 1), revisions: later });
    await namespaces.markRevision({ namespaceId, nodeId, rev: 2 }, { label: 'draft' });
    await namespaces.markRevision({ namespaceId, nodeId, rev: 3 }, { kept: true });
    const drop = (...revs: readonly number[]) => ({
      ...emptyTransaction(home, 1),
      dropped: revs.map((rev) => ({ nodeId, rev })),
      bytesRetainedDelta: -1,
    });
    for (const revs of [[1, 2], [1, 3], [1, 9], [2]]) {
      expect(await namespaces.commit(drop(...revs))).toEqual({ kind: 'superseded' });
    }
    expect(await namespaces.commit(drop(1, 4))).toEqual(COMMITTED);
    const { revisions } = await namespaces.listRevisions({ namespaceId, nodeId, limit: 10 });
    expect(revisions.map(({ rev }) => rev)).toEqual([3, 2]);
    expect((await namespaces.readAccess(home))?.head).toMatchObject({ seq: 1, bytesRetained: 9 });
  });

  test('namespaces are listed with their heads, and the expiry of each keeps how far it has come', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const found: string[] = [];
    let after: string | undefined;
    do {
      const { heads, next } = await namespaces.listNamespaces(after);
      for (const head of heads) if (head.namespaceId === home.namespaceId) found.push(head.ownerAccountId);
      after = next;
    } while (after !== undefined);
    expect(found).toEqual([home.accountId]);
    const { namespaceId } = home;
    expect(await namespaces.readExpiry(namespaceId)).toEqual({});
    await namespaces.writeExpiry(namespaceId, { 1: 7, 30: 2 });
    await namespaces.writeExpiry(namespaceId, { 1: 8, 30: 2 });
    expect(await namespaces.readExpiry(namespaceId)).toEqual({ 1: 8, 30: 2 });
  });

  test('an entry keeps what the change made different', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const { namespaceId } = home;
    const node = fileNode(home, { name: 'now', rev: 2 });
    const wholly = { parentId: freshNodeId(), name: 'before', contentRev: 1 };
    const entries = [wholly, { name: 'before' }, { contentRev: 7 }].map((was, index) => ({
      ...entryOf(home, index + 1, node),
      was,
    }));
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), entries })).toEqual(COMMITTED);
    expect(await namespaces.listEntries({ namespaceId, after: 0, limit: 10 })).toEqual(entries);
  });

  test('a purged node keeps its row with the time of it', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const node = fileNode(home, { name: 'file' });
    await namespaces.commit(putFiles(home, 0, [node]));
    const at = '2026-01-02T00:00:00.000Z';
    const purged = { ...node, rev: 2, deletedAt: at, purgedAt: at };
    const { namespaceId } = home;
    const nodes = [{ node: purged, expectedRev: 1 }];
    expect(await namespaces.commit({ ...emptyTransaction(home, 1), nodes, doomed: [node.nodeId] })).toEqual(COMMITTED);
    expect(await namespaces.getNodes(namespaceId, [node.nodeId])).toEqual(new Map([[node.nodeId, purged]]));
  });
}
