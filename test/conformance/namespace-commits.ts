import { expect, test } from '@jest/globals';
import { NamespaceId, opId } from '@syncline/protocol';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
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
  resultOf,
} from './namespace-fixture.ts';

const COMMITTED = { kind: 'committed' };
const SUPERSEDED = { kind: 'superseded' };

/** What every NamespaceStore must do with a transaction: all of it, or nothing. */
export function describeNamespaceCommits(get: () => NamespaceSubject): void {
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
      trash: [
        { kind: 'enter', entry: { deletedAt: CHANGED_AT, nodeId, name, parentId, kind: 'file', path: '/first', size } },
      ],
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
    expect(await namespaces.getResults(home, [opId(home.batch, 1)])).toEqual(new Map());
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

/** What every NamespaceStore must do with the results of operations. */
export function describeOperationResults(get: () => NamespaceSubject): void {
  test('are found by operation, with conflict and node where there are some', async () => {
    const { namespaces, accounts } = get();
    const home = await openHome({ accounts });
    const { accountId, deviceId, namespaceId, batch } = home;
    const node = fileNode(home, { name: 'kept' });
    const { contentClock: _clock, contentDeviceId: _device, ...wire } = node;
    const conflict = { kind: 'edited' as const, serverNodeId: node.nodeId, serverRev: 3, conflictName: 'kept 2' };
    const results = [
      resultOf(home, 1),
      { accountId, deviceId, opId: opId(batch, 1), result: { namespaceId, seq: 0, conflict, node: wire } },
      { accountId, deviceId, opId: opId(batch, 199), result: { namespaceId, seq: 0, conflict } },
    ];
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), results })).toEqual(COMMITTED);
    const asked = [...results.map((result) => result.opId), opId(batch, 2), opId(freshId(), 0)];
    const found = await namespaces.getResults(home, asked);
    expect(found).toEqual(new Map(results.map((result) => [result.opId, result.result])));
    const strangers = [
      { accountId, deviceId: freshId() as typeof deviceId },
      { accountId: freshId() as typeof accountId, deviceId },
    ];
    for (const stranger of strangers) expect(await namespaces.getResults(stranger, asked)).toEqual(new Map());
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
      home,
      all.map((result) => result.opId),
    );
    expect(found.size).toBe(200);
    for (const { opId: id, result } of all) expect(found.get(id)).toEqual(result);
  });
}
