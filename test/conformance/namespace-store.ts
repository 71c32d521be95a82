import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountId, epochMs, NamespaceId } from '@syncline/protocol';
import { placeKey } from '../../lambdas/namespaces/namespace-store.ts';
import { describeNamespaceCommits, describeOperationResults } from './namespace-commits.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  freshId,
  freshNodeId,
  type NamespaceSubject,
  openHome,
  placeOf,
  putFiles,
  QUOTA_BYTES,
  revisionOf,
} from './namespace-fixture.ts';
import { describeRemainders, type RemainderSubject } from './namespace-remainders.ts';
import { describeTrashAndMarks } from './namespace-trash.ts';

const COMMITTED = { kind: 'committed' };

/** What every NamespaceStore must do. Each test opens a namespace of its own. */
export function describeNamespaceStore(make: () => Promise<RemainderSubject>): void {
  let subject: RemainderSubject;
  beforeAll(async () => {
    subject = await make();
  });
  describe('reading a namespace', () => describeReads(() => subject));
  describe('a transaction', () => describeNamespaceCommits(() => subject));
  describe('trash and marks', () => describeTrashAndMarks(() => subject));
  describe('what is left to be done', () => describeRemainders(() => subject));
  describe('results of operations', () => describeOperationResults(() => subject));
}

function describeReads(get: () => NamespaceSubject): void {
  test('a new namespace has an empty head, and its owner is a member', async () => {
    const { namespaces, accounts } = get();
    const { namespaceId, accountId } = await openHome({ accounts });
    expect(await namespaces.readAccess({ namespaceId, accountId })).toEqual({
      role: 'owner',
      head: {
        namespaceId,
        seq: 0,
        epoch: 1,
        bytesLogical: 0,
        bytesRetained: 0,
        quotaBytes: QUOTA_BYTES,
        ownerAccountId: accountId,
      },
    });
  });

  test('a namespace that is not there and one of somebody else look the same', async () => {
    const { namespaces, accounts } = get();
    const { namespaceId, accountId } = await openHome({ accounts });
    const absent = NamespaceId.parse(freshId());
    expect(await namespaces.readAccess({ namespaceId: absent, accountId })).toBeUndefined();
    const stranger = AccountId.parse(freshId());
    expect(await namespaces.readAccess({ namespaceId, accountId: stranger })).toBeUndefined();
  });

  test('nodes are found by id and by place, and those that are not there are absent', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const full = fileNode(home, { name: 'Full.txt', executable: true, clientModifiedAt: CHANGED_AT });
    const { contentHash: _hash, contentClock: _clock, contentDeviceId: _device, ...bare } = full;
    const folder = { ...bare, nodeId: freshNodeId(), name: 'folder', kind: 'folder' as const, contentRev: 0, size: 0 };
    const written = { ...putFiles(home, 0, [full, folder]), revisions: [revisionOf(home, full)] };
    expect(await namespaces.commit(written)).toEqual(COMMITTED);

    const byId = await namespaces.getNodes(home.namespaceId, [full.nodeId, freshNodeId(), folder.nodeId, full.nodeId]);
    expect(byId).toEqual(
      new Map([
        [full.nodeId, full],
        [folder.nodeId, folder],
      ]),
    );
    const nowhere = { parentId: home.root, nameKey: 'nowhere' };
    const byPlace = await namespaces.getPlaces(home.namespaceId, [placeOf(full), nowhere]);
    expect([...byPlace]).toEqual([[placeKey(placeOf(full)), full]]);
  });

  test('names keep every character, whatever they look like to the store', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const names = [
      '__proto__',
      'name#x',
      ':a',
      '#',
      '%2F',
      "o'neil",
      'Straße',
      '한국어',
      '𝕬😀',
      ' .',
      'é',
      `${'x'.repeat(251)}.txt`,
    ];
    const nodes = names.map((name) => fileNode(home, { name }));
    expect(await namespaces.commit(putFiles(home, 0, nodes))).toEqual(COMMITTED);
    const { nodes: listed } = await namespaces.listChildren({ ...home, parentId: home.root, limit: 100 });
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    const found = await namespaces.getPlaces(home.namespaceId, nodes.map(placeOf));
    for (const node of nodes) expect(found.get(placeKey(placeOf(node)))).toEqual(node);
  });

  test('children come in the order of the bytes of their keys, page by page', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    // U+FF5E sorts before U+1F600 by bytes, and after it by the code units of JavaScript.
    const names = ['b', 'a', '～', '😀', 'ä', 'a b', 'a-'];
    await namespaces.commit(
      putFiles(
        home,
        0,
        names.map((name) => fileNode(home, { name })),
      ),
    );
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 4; page++) {
      const query = { namespaceId: home.namespaceId, parentId: home.root, limit: 2 };
      const answer = await namespaces.listChildren(after === undefined ? query : { ...query, after });
      seen.push(...answer.nodes.map(({ name }) => name));
      expect(answer.next === undefined).toBe(page === 3);
      after = answer.next;
    }
    expect(seen).toEqual(['a', 'a b', 'a-', 'b', 'ä', '～', '😀']);
  });

  test('a page that holds all that is left has no next one', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    await namespaces.commit(
      putFiles(
        home,
        0,
        ['a', 'b'].map((name) => fileNode(home, { name })),
      ),
    );
    const page = await namespaces.listChildren({ ...home, parentId: home.root, limit: 2 });
    expect(page.nodes).toHaveLength(2);
    expect(page.next).toBeUndefined();
    expect(await namespaces.listChildren({ ...home, parentId: freshNodeId(), limit: 2 })).toEqual({ nodes: [] });
  });

  test('contents are listed newest first, and found by their revision', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const node = fileNode(home, { name: 'file' });
    await namespaces.commit(putFiles(home, 0, [node]));
    const base = {
      ...revisionOf(home, node),
      losing: true,
      label: 'draft',
      executable: true,
      clientModifiedAt: CHANGED_AT,
    };
    const { manifest: _long, ...without } = base;
    const later = [2, 9, 10, 11].map((rev) => ({ ...without, rev }));
    await namespaces.commit({ ...emptyTransaction(home, 1), revisions: later });

    const key = { namespaceId: home.namespaceId, nodeId: node.nodeId };
    expect(await namespaces.getRevision({ ...key, rev: 1 })).toEqual(revisionOf(home, node));
    expect(await namespaces.getRevision({ ...key, rev: 9 })).toEqual(later[1]);
    expect(await namespaces.getRevision({ ...key, rev: 3 })).toBeUndefined();
    const { nodeId } = node;
    const named = [9, 3, 1, 9].map((rev) => ({ nodeId, rev }));
    expect(await namespaces.getRevisions(home.namespaceId, named)).toEqual(
      new Map([
        [`${nodeId}/9`, later[1]],
        [`${nodeId}/1`, revisionOf(home, node)],
      ]),
    );
    expect(await namespaces.getRevisions(home.namespaceId, [])).toEqual(new Map());
    const first = await namespaces.listRevisions({ ...key, limit: 3 });
    expect(first.revisions).toEqual([later[3], later[2], later[1]]);
    expect(first.next).toBe(9);
    const second = await namespaces.listRevisions({ ...key, before: 9, limit: 3 });
    expect(second).toEqual({ revisions: [later[0], revisionOf(home, node)] });
  });

  test('the journal is read in order from any place in it, with its nodes as the wire has them', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const nodes = ['a', 'b', 'c'].map((name) => fileNode(home, { name }));
    await namespaces.commit(putFiles(home, 0, nodes));
    const expected = nodes.map((node, index) => entryOf(home, index + 1, node));
    const { namespaceId } = home;
    expect(await namespaces.listEntries({ namespaceId, after: 0, limit: 10 })).toEqual(expected);
    expect(await namespaces.listEntries({ namespaceId, after: 1, limit: 1 })).toEqual([expected[1]]);
    expect(await namespaces.listEntries({ namespaceId, after: 3, limit: 10 })).toEqual([]);
    expect(await namespaces.listEntries({ namespaceId: NamespaceId.parse(freshId()), after: 0, limit: 1 })).toEqual([]);
  });

  test('expired entries are not told, and neither is what lies behind a gap', async () => {
    const { namespaces, accounts, clock } = get();
    const home = await openHome({ accounts });
    const soon = epochMs(clock.now() + 1500);
    const nodes = ['a', 'b', 'c', 'd'].map((name) => fileNode(home, { name }));
    const put = putFiles(home, 0, nodes);
    const entries = put.entries.map((entry, index) => (index % 2 === 0 ? { ...entry, expiresAt: soon } : entry));
    await namespaces.commit({ ...put, entries });
    const { namespaceId } = home;
    const list = async (after: number) =>
      (await namespaces.listEntries({ namespaceId, after, limit: 10 })).map(({ seq }) => seq);
    clock.advance(1500);
    // Lifetimes end with the second that they end in.
    expect(await list(0)).toEqual([1, 2, 3, 4]);
    clock.advance(500);
    expect(await list(0)).toEqual([2]);
    expect(await list(2)).toEqual([4]);
  });
}
