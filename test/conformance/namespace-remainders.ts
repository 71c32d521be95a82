import { expect, test } from '@jest/globals';
import { NamespaceId } from '@syncline/protocol';
import type { NamespaceTransaction } from '../../lambdas/namespaces/namespace-store.ts';
import type { OpenRemainder, Remainder, Settling } from '../../lambdas/remainders/remainder.ts';
import type { RemainderStore } from '../../lambdas/remainders/remainder-store.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  fileNode,
  freshNodeId,
  type Home,
  type NamespaceSubject,
  openHome,
  putFiles,
  revisionOf,
} from './namespace-fixture.ts';

const COMMITTED = { kind: 'committed' };
const SUPERSEDED = { kind: 'superseded' };

export interface RemainderSubject extends NamespaceSubject {
  readonly remainders: RemainderStore;
}

/** What every NamespaceStore, with its RemainderStore, must do with what transactions leave to be done. */
export function describeRemainders(get: () => RemainderSubject): void {
  async function list({ namespaceId }: Home, limit = 10): Promise<readonly Remainder[]> {
    return (await get().remainders.list(namespaceId, limit)).map(({ token: _token, ...remainder }) => remainder);
  }

  async function first({ namespaceId }: Home): Promise<OpenRemainder> {
    const [remainder] = await get().remainders.list(namespaceId, 1);
    if (remainder === undefined) throw new Error('something is left');
    return remainder;
  }

  /** A home with a folder in the trash, whose bytes are being taken off. */
  async function deletedFolder() {
    const home = await openHome(get());
    const folder = fileNode(home, {
      name: 'folder',
      kind: 'folder',
      size: 0,
      deletedAt: CHANGED_AT,
      freedSince: 1,
      freedBytes: 0,
      freeingLeft: 1,
    });
    const { namespaceId } = home;
    const { nodeId } = folder;
    const bytes = { kind: 'bytes', namespaceId, rootId: nodeId, nodeId, since: 1 } as const;
    const nodes = [{ node: folder, expectedRev: 0 }];
    expect(await get().namespaces.commit({ ...emptyTransaction(home, 0), nodes, remainders: [bytes] })).toEqual(
      COMMITTED,
    );
    return { home, folder, bytes };
  }

  function step(home: Home, settling: Settling): NamespaceTransaction {
    return { ...emptyTransaction(home, 0), settling };
  }

  test('what is left is told kind by kind, each under its key once, bytes first', async () => {
    const { home, folder, bytes } = await deletedFolder();
    const { namespaces } = get();
    const node = fileNode(home, { name: 'file' });
    const { namespaceId } = home;
    await namespaces.commit({
      ...emptyTransaction(home, 0),
      nodes: [{ node, expectedRev: 0 }],
      revisions: [revisionOf(home, node)],
    });
    const dropped = [{ nodeId: node.nodeId, rev: 1 }];
    const doomed = [folder.nodeId];
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), dropped, doomed })).toEqual(COMMITTED);
    const { nodeId } = folder;
    const expected = [
      bytes,
      { kind: 'doomed', namespaceId, rootId: nodeId, nodeId },
      { kind: 'dropped', namespaceId, nodeId: node.nodeId },
    ];
    expect(await list(home)).toEqual(expected);
    expect(await list(home, 2)).toEqual(expected.slice(0, 2));
    await namespaces.commit({ ...emptyTransaction(home, 0), remainders: [{ ...bytes, since: 2 }] });
    expect(await list(home, 1)).toEqual([{ ...bytes, since: 2 }]);
  });

  test('one that was written anew is neither ended nor moved on by whoever has read the old one', async () => {
    const { home, bytes } = await deletedFolder();
    const { namespaces, remainders } = get();
    const old = await first(home);
    await namespaces.commit({ ...emptyTransaction(home, 0), remainders: [bytes] });
    await remainders.end(home.namespaceId, old);
    expect(await list(home)).toEqual([bytes]);
    for (const outcome of ['ended', { after: 'a' }] as const) {
      expect(await namespaces.commit(step(home, { remainder: old, outcome, below: [], removed: [] }))).toEqual(
        SUPERSEDED,
      );
    }
    expect(await list(home)).toEqual([bytes]);
    await remainders.end(home.namespaceId, await first(home));
    expect(await list(home)).toEqual([]);
    await remainders.end(home.namespaceId, old);
  });

  test('a step moves its remainder on, leaves others and takes bytes off, all of it or nothing, once', async () => {
    const { home, folder, bytes } = await deletedFolder();
    const { namespaces } = get();
    const remainder = await first(home);
    const { nodeId, rev } = folder;
    const below = [{ ...bytes, nodeId: home.root }];
    const freed = { nodeId, rev, since: 1, bytes: 7, left: 1 };
    const settling: Settling = { remainder, outcome: { after: 'a' }, below, removed: [], freed };
    const transaction = { ...step(home, settling), bytesLogicalDelta: -7, bytesTrashDelta: 7 };
    for (const stale of [
      { ...freed, since: 2 },
      { ...freed, rev: rev + 1 },
    ]) {
      const outcome = await namespaces.commit({ ...transaction, settling: { ...settling, freed: stale } });
      expect(outcome).toEqual(SUPERSEDED);
    }
    expect(await list(home)).toEqual([bytes]);
    expect(await namespaces.commit(transaction)).toEqual(COMMITTED);
    expect(await namespaces.commit(transaction)).toEqual(SUPERSEDED);
    expect(new Set(await list(home))).toEqual(new Set([{ ...bytes, after: 'a' }, ...below]));
    expect((await namespaces.getNodes(home.namespaceId, [nodeId])).get(nodeId)).toEqual({
      ...folder,
      freedBytes: 7,
      freeingLeft: 2,
    });
    expect(await namespaces.readHead(home.namespaceId)).toMatchObject({ seq: 0, bytesLogical: -7, bytesTrash: 7 });
  });

  test('a folder whose bytes were taken off, or whose walk went on, since it was read is not written over', async () => {
    const { home, folder } = await deletedFolder();
    const { namespaces } = get();
    const { nodeId, rev } = folder;
    const freed = { nodeId, rev, since: 1, bytes: 7, left: 2 };
    const remainder = await first(home);
    await namespaces.commit(step(home, { remainder, outcome: 'going', below: [], removed: [], freed }));
    const { deletedAt: _deleted, freedSince: _since, freedBytes: _bytes, freeingLeft: _left, ...live } = folder;
    const back = (freedBytes: number, freeingLeft?: number): NamespaceTransaction => ({
      ...emptyTransaction(home, 0),
      nodes: [{ node: { ...live, rev: rev + 1 }, expectedRev: rev, expectedFreed: { freedBytes, freeingLeft } }],
    });
    expect(await namespaces.commit(back(0, 3))).toEqual(SUPERSEDED);
    expect(await namespaces.commit(back(7, 1))).toEqual(SUPERSEDED);
    expect(await namespaces.commit(back(7))).toEqual(SUPERSEDED);
    expect(await namespaces.commit(back(7, 3))).toEqual(COMMITTED);
  });

  test('a folder that was deleted when nobody counted what is left of it is written like any other', async () => {
    const { namespaces } = get();
    const home = await openHome(get());
    const old = {
      name: 'folder',
      kind: 'folder',
      size: 0,
      deletedAt: CHANGED_AT,
      freedSince: 1,
      freedBytes: 0,
    } as const;
    const folder = fileNode(home, old);
    const { rev } = folder;
    await namespaces.commit({ ...emptyTransaction(home, 0), nodes: [{ node: folder, expectedRev: 0 }] });
    const expectedFreed = { freedBytes: 0, freeingLeft: undefined };
    const nodes = [{ node: { ...folder, rev: rev + 1 }, expectedRev: rev, expectedFreed }];
    expect(await namespaces.commit({ ...emptyTransaction(home, 0), nodes })).toEqual(COMMITTED);
  });

  test('a step removes a node with its contents, marked or not, if it is as it was read', async () => {
    const { namespaces } = get();
    const home = await openHome(get());
    const node = fileNode(home, { name: 'file' });
    const { nodeId, rev } = node;
    const { namespaceId } = home;
    await namespaces.commit(putFiles(home, 0, [node]));
    await namespaces.markRevision({ namespaceId, nodeId, rev: 1 }, { label: 'draft', kept: true });
    await namespaces.commit({ ...emptyTransaction(home, 1), doomed: [nodeId] });
    const remainder = await first(home);
    const removal = (expected: number): NamespaceTransaction => ({
      ...emptyTransaction(home, 1),
      dropped: [{ nodeId, rev: 1 }],
      settling: { remainder, outcome: 'ended', below: [], removed: [{ nodeId, rev: expected }] },
    });
    expect(await namespaces.commit(removal(rev + 1))).toEqual(SUPERSEDED);
    expect(await namespaces.commit(removal(rev))).toEqual(COMMITTED);
    expect(await namespaces.getNodes(namespaceId, [nodeId])).toEqual(new Map());
    expect(await namespaces.listRevisions({ namespaceId, nodeId, limit: 9 })).toEqual({ revisions: [] });
    expect(await list(home)).toEqual([{ kind: 'dropped', namespaceId, nodeId }]);
  });

  test('a head is told to whoever asks, and one that is not there to nobody', async () => {
    const home = await openHome(get());
    const access = await get().namespaces.readAccess(home);
    expect(await get().namespaces.readHead(home.namespaceId)).toEqual(access?.head);
    expect(await get().namespaces.readHead(NamespaceId.parse(freshNodeId()))).toBeUndefined();
  });
}
