import { beforeAll, describe, expect, test } from '@jest/globals';
import { AccountId, epochMs, NamespaceId, opId } from '@syncline/protocol';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import { placeKey } from '../../lambdas/namespaces/namespace-store.ts';
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
  resultOf,
  revisionOf,
} from './namespace-fixture.ts';

const COMMITTED = { kind: 'committed' };
const SUPERSEDED = { kind: 'superseded' };

/** What every NamespaceStore must do. Each test opens a namespace of its own. */
export function describeNamespaceStore(make: () => Promise<NamespaceSubject>): void {
  let subject: NamespaceSubject;
  beforeAll(async () => {
    subject = await make();
  });
  describe('reading a namespace', () => describeReads(() => subject));
  describe('a transaction', () => describeCommits(() => subject));
  describe('results of operations', () => describeResults(() => subject));
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
    expect([...byId].toSorted()).toEqual(
      [
        [full.nodeId, full],
        [folder.nodeId, folder],
      ].toSorted(),
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

function describeCommits(get: () => NamespaceSubject): void {
  const open = async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const node = fileNode(home, { name: 'first' });
    await namespaces.commit(putFiles(home, 0, [node]));
    return { namespaces, home, node };
  };

  test('the head counts entries and bytes', async () => {
    const { namespaces, home } = await open();
    await namespaces.commit({ ...emptyTransaction(home, 1), bytesLogicalDelta: -4, bytesRetainedDelta: 5 });
    const access = await namespaces.readAccess(home);
    expect(access?.head).toMatchObject({ seq: 1, bytesLogical: 6, bytesRetained: 15 });
  });

  test('a repeat of a transaction is superseded and changes nothing', async () => {
    const { namespaces, home } = await open();
    const put = putFiles(home, 1, [fileNode(home, { name: 'second' })]);
    expect(await namespaces.commit(put)).toEqual(COMMITTED);
    expect(await namespaces.commit(put)).toEqual(SUPERSEDED);
    expect((await namespaces.readAccess(home))?.head).toMatchObject({ seq: 2, bytesLogical: 20 });
  });

  test('a node can be renamed onto another key, and its old place is empty then', async () => {
    const { namespaces, home, node } = await open();
    const renamed = { ...node, name: 'renamed', rev: 2, placeRev: 2 };
    const rename: NamespaceTransaction = {
      ...emptyTransaction(home, 1),
      entries: [entryOf(home, 2, renamed)],
      nodes: [{ node: renamed, expectedRev: 1 }],
      places: [
        { place: placeOf(node), expectedNodeId: node.nodeId },
        { place: placeOf(renamed), node: renamed },
      ],
    };
    expect(await namespaces.commit(rename)).toEqual(COMMITTED);
    const { nodes } = await namespaces.listChildren({ ...home, parentId: home.root, limit: 10 });
    expect(nodes).toEqual([renamed]);
  });

  test('a deleted node is found by id alone', async () => {
    const { namespaces, home, node } = await open();
    const deleted = { ...node, rev: 2, deletedAt: CHANGED_AT };
    const { nodeId, name, parentId, size } = node;
    const outcome = await namespaces.commit({
      ...emptyTransaction(home, 1),
      entries: [{ ...entryOf(home, 2, deleted), type: 'deleted' }],
      nodes: [{ node: deleted, expectedRev: 1 }],
      places: [{ place: placeOf(node), expectedNodeId: nodeId }],
      trash: [{ kind: 'enter', deletedAt: CHANGED_AT, nodeId, name, parentId, path: '/first', size }],
    });
    expect(outcome).toEqual(COMMITTED);
    expect(await namespaces.getPlaces(home.namespaceId, [placeOf(node)])).toEqual(new Map());
    expect((await namespaces.getNodes(home.namespaceId, [nodeId])).get(nodeId)).toEqual(deleted);
  });

  /** Each spoils one expectation of a transaction that is right in everything else. */
  const spoilers: readonly (readonly [string, (put: NamespaceTransaction, first: string) => NamespaceTransaction])[] = [
    ['an older head', (put) => ({ ...put, expectedSeq: 0, entries: put.entries.map((e) => ({ ...e, seq: 1 })) })],
    [
      'a head that is not there yet',
      (put) => ({ ...put, expectedSeq: 2, entries: put.entries.map((e) => ({ ...e, seq: 3 })) }),
    ],
    ['another epoch', (put) => ({ ...put, epoch: 2 })],
    ['another revision of a node', (put) => ({ ...put, nodes: put.nodes.map((n) => ({ ...n, expectedRev: 5 })) })],
    [
      'a new node that exists',
      (put, first) => ({
        ...put,
        nodes: put.nodes.map(({ node }) => ({ node: { ...node, nodeId: first as never }, expectedRev: 0 })),
      }),
    ],
    [
      'a content that exists',
      (put, first) => ({
        ...put,
        revisions: put.revisions.map((revision) => ({ ...revision, nodeId: first as never })),
      }),
    ],
    [
      'a free place that is taken',
      (put) => ({
        ...put,
        places: put.places.map((change) => ({ ...change, place: { ...change.place, nameKey: 'first' } })),
      }),
    ],
    [
      'a place of another node',
      (put) => ({
        ...put,
        places: put.places.map((change) => ({
          ...change,
          place: { ...change.place, nameKey: 'first' },
          expectedNodeId: freshNodeId(),
        })),
      }),
    ],
    [
      'a taken place that is free',
      (put) => ({
        ...put,
        places: put.places.map(({ place }) => ({ place, expectedNodeId: freshNodeId() })),
      }),
    ],
    [
      'a result that exists',
      (put) => ({ ...put, results: put.results.map((r) => ({ ...r, opId: opId(r.opId.slice(0, 26), 0) })) }),
    ],
  ];

  test.each(spoilers)('%s supersedes the whole transaction', async (_title, spoil) => {
    const { namespaces, home, node } = await open();
    const second = fileNode(home, { name: 'second' });
    const put = putFiles(home, 1, [second]);
    const before = await namespaces.readAccess(home);
    expect(await namespaces.commit(spoil(put, node.nodeId))).toEqual(SUPERSEDED);

    expect(await namespaces.readAccess(home)).toEqual(before);
    expect(await namespaces.getNodes(home.namespaceId, [second.nodeId])).toEqual(new Map());
    expect((await namespaces.listChildren({ ...home, parentId: home.root, limit: 10 })).nodes).toEqual([node]);
    expect(await namespaces.getRevision({ ...home, nodeId: second.nodeId, rev: 1 })).toBeUndefined();
    expect(await namespaces.listEntries({ ...home, after: 1, limit: 10 })).toEqual([]);
    expect(await namespaces.getResults(home.deviceId, [opId(home.batch, 1)])).toEqual(new Map());
    // What was right in it is right still.
    expect(await namespaces.commit(put)).toEqual(COMMITTED);
  });

  test('a namespace that is not there supersedes', async () => {
    const { namespaces, home } = await open();
    const nowhere = { ...home, namespaceId: NamespaceId.parse(freshId()) };
    expect(await namespaces.commit(putFiles(nowhere, 0, [fileNode(nowhere, { name: 'a' })]))).toEqual(SUPERSEDED);
  });

  test('of 32 writers at one head exactly one wins, round after round, and the journal has no gap', async () => {
    const { namespaces, home } = await open();
    for (let seq = 1; seq <= 5; seq++) {
      const writers = Array.from({ length: 32 }, (_, writer) => ({
        ...home,
        batch: freshId(),
        name: `${seq}-${writer}`,
      }));
      const outcomes = await Promise.all(
        writers.map((writer) => namespaces.commit(putFiles(writer, seq, [fileNode(home, { name: writer.name })]))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    }
    const entries = await namespaces.listEntries({ ...home, after: 0, limit: 100 });
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    const { nodes } = await namespaces.listChildren({ ...home, parentId: home.root, limit: 100 });
    expect(new Set(nodes.map(({ nodeId }) => nodeId))).toEqual(new Set(entries.map(({ node }) => node.nodeId)));
  });

  test('24 new files are one transaction, and one item more than the limit is a defect of the caller', async () => {
    const { namespaces, home } = await open();
    const nodes = Array.from({ length: 25 }, (_, index) => fileNode(home, { name: `file ${index}` }));
    await expect(namespaces.commit(putFiles(home, 1, nodes))).rejects.toThrow('within the limit of items');
    expect(await namespaces.commit(putFiles(home, 1, nodes.slice(0, 24)))).toEqual(COMMITTED);
    expect(await namespaces.listEntries({ ...home, after: 1, limit: 100 })).toHaveLength(24);
  });

  test('entries that are not numbered on from the head, and items touched twice, are defects of the caller', async () => {
    const { namespaces, home } = await open();
    const put = putFiles(home, 1, [fileNode(home, { name: 'second' })]);
    await expect(namespaces.commit({ ...put, entries: put.entries.map((e) => ({ ...e, seq: 7 })) })).rejects.toThrow(
      'numbered',
    );
    await expect(namespaces.commit({ ...put, nodes: [...put.nodes, ...put.nodes] })).rejects.toThrow('touch one item');
  });
}

function describeResults(get: () => NamespaceSubject): void {
  test('are found by operation, with conflict and node where there are some', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const { deviceId, namespaceId, batch } = home;
    const node = fileNode(home, { name: 'kept' });
    const { contentClock: _clock, contentDeviceId: _device, ...wire } = node;
    const conflict = { kind: 'edited' as const, serverNodeId: node.nodeId, serverRev: 3, conflictName: 'kept 2' };
    const results = [
      resultOf(home, 1),
      { deviceId, opId: opId(batch, 1), result: { namespaceId, seq: 0, conflict, node: wire } },
      { deviceId, opId: opId(batch, 199), result: { namespaceId, seq: 0, conflict } },
    ];
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), results })).toEqual(COMMITTED);
    const asked = [...results.map((result) => result.opId), opId(batch, 2), opId(freshId(), 0)];
    const found = await namespaces.getResults(deviceId, asked);
    expect(found).toEqual(new Map(results.map((result) => [result.opId, result.result])));
    expect(await namespaces.getResults(freshId() as typeof deviceId, asked)).toEqual(new Map());
  });

  test('of a batch that takes several transactions stand side by side', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const all = Array.from({ length: 200 }, (_, index) => resultOf(home, index + 1));
    for (let start = 0; start < 200; start += 20) {
      const results = all.slice(start, start + 20);
      expect(await namespaces.commit({ ...emptyTransaction(home, 0), results })).toEqual(COMMITTED);
    }
    const found = await namespaces.getResults(
      home.deviceId,
      all.map((result) => result.opId),
    );
    expect(found.size).toBe(200);
    for (const { opId: id, result } of all) expect(found.get(id)).toEqual(result);
  });
}
