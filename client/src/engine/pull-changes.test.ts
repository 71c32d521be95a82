import { expect, test } from '@jest/globals';
import {
  type Change,
  type ChangeType,
  ContentHash,
  Cursor,
  DeviceId,
  encodeUlid,
  epochMs,
  NamespaceId,
  type Node,
  NodeId,
  rootNodeId,
} from '@syncline/protocol';
import { MemoryStateStore } from '../../../test/support/sync-world.ts';
import { EngineTrees } from './engine-trees.ts';
import { BEGINNING, type Remote } from './ports.ts';
import { pullChanges } from './pull-changes.ts';
import { toRemoteNode } from './remote-node.ts';

const ulid = (number: number) => encodeUlid(new Uint8Array(16).fill(number));
const namespaceId = NamespaceId.parse(ulid(1));
const deviceId = DeviceId.parse(ulid(9));
const rootId = rootNodeId(namespaceId);
const AT = '2026-01-31T00:00:00.000Z';

function nodeOf(number: number, more: Partial<Node> = {}): Node {
  const place = { parentId: rootId, name: `n${number}` };
  const revs = { rev: 1, contentRev: 1, placeRev: 1, size: 1, modifiedAt: AT };
  const contentHash = ContentHash.parse('ab'.repeat(32));
  return { namespaceId, nodeId: NodeId.parse(ulid(number)), ...place, kind: 'file', ...revs, contentHash, ...more };
}

const folderOf = (number: number, more: Partial<Node> = {}): Node => {
  const { contentHash: _none, ...node } = nodeOf(number, { kind: 'folder', contentRev: 0, size: 0, ...more });
  return node;
};

type Step = readonly [ChangeType, Node];
interface Script {
  /** Pages of the delta, by the entry that they begin behind: each has one entry. A failure is thrown once. */
  readonly journal: (Step | Error)[];
  /** Pages of listings; each tells how far the journal had come when it was read. */
  readonly listing?: readonly { readonly seq: number; readonly nodes: readonly Node[] }[];
  readonly below?: readonly (readonly Node[] | Error)[];
}

/** A service that answers what a script says. Any call that the script does not speak of is a defect of the test. */
function scripted({ journal, listing = [], below = [] }: Script): Remote {
  const failed = new Set<Error>();
  const listings = [...below];
  const failOnce = (failure: Error) => {
    if (failed.has(failure)) return;
    failed.add(failure);
    throw failure;
  };
  const entries = journal.filter((step): step is Step => !(step instanceof Error));
  /** How far the journal had come by the listings that were read. */
  let readTo = 0;
  const unspoken = () => {
    throw new Error('the script does not speak of this call');
  };
  return {
    namespaceId,
    deviceId,
    listChanges: async (cursor) => {
      const seq = Number(cursor.slice('seq-'.length));
      const entry = entries[seq];
      const before = entry === undefined ? undefined : journal[journal.indexOf(entry) - 1];
      if (before instanceof Error) failOnce(before);
      const changes = entry === undefined ? [] : [changeOf(seq + 1, entry)];
      const next = seq + changes.length;
      return { kind: 'ok', value: { changes, cursor: cursorAt(next), hasMore: next < entries.length } };
    },
    listTree: async ({ folderId, page }) => {
      if (folderId !== undefined) {
        const nodes = listings[0] instanceof Error ? listings.shift() : listings.at(-1);
        if (nodes instanceof Error) throw nodes;
        return { kind: 'ok', value: { nodes: [...(nodes ?? [])], seq: entries.length, cursor: cursorAt(0) } };
      }
      const { seq = 0, nodes = [] } = listing[Number(page ?? 0)] ?? {};
      const next = Number(page ?? 0) + 1;
      readTo = seq;
      const more = next < listing.length ? { nextPage: `${next}` } : {};
      return { kind: 'ok', value: { nodes: [...nodes], seq, cursor: cursorAt(seq), ...more } };
    },
    openCursor: async () => ({ kind: 'ok', value: cursorAt(readTo) }),
    listRoles: unspoken,
    listRevisions: unspoken,
    commit: unspoken,
    nameContent: unspoken,
    send: unspoken,
    expect: unspoken,
    takeAhead: unspoken,
    fetch: unspoken,
  };
}

function changeOf(seq: number, [type, node]: Step): Change {
  return { namespaceId, seq, type, node, deviceId, changedAt: AT };
}

const cursorAt = (seq: number) => Cursor.parse(`seq-${seq}`);

/** Trees of a device that has read nothing but the beginning of the journal, and knows these nodes. */
function knowing(...nodes: readonly Node[]) {
  const store = new MemoryStateStore();
  const trees = new EngineTrees(store, namespaceId);
  for (const node of nodes) trees.setRemote(toRemoteNode(node));
  trees.setPosition({ ...BEGINNING, cursor: cursorAt(0) });
  trees.save();
  return { store, trees };
}

const pull = (remote: Remote, trees: EngineTrees) => pullChanges({ remote, trees, clock: { now: () => epochMs(0) } });

const told = ({ remote }: EngineTrees) => [...remote.nodes()].map(({ name, rev }) => `${name}@${rev}`).toSorted();

test('a delta that breaks off is read again from where it began', async () => {
  const { store, trees } = knowing();
  const inside = nodeOf(3, { parentId: folderOf(2).nodeId });
  const remote = scripted({
    journal: [['restored', folderOf(2, { rev: 3 })]],
    below: [new Error('the line was cut'), [inside]],
  });
  await expect(pull(remote, trees)).rejects.toThrow('the line was cut');
  for (const again of [trees, new EngineTrees(store, namespaceId)]) {
    expect(await pull(remote, again)).toEqual({ kind: 'pulled' });
    expect(told(again)).toEqual(['n2@3', 'n3@1']);
  }
});

test('a folder that comes back from the trash comes with all that lies in it', async () => {
  const { trees } = knowing();
  const inside = nodeOf(3, { parentId: folderOf(2).nodeId });
  const remote = scripted({ journal: [['restored', folderOf(2, { rev: 3 })]], below: [[inside]] });
  await pull(remote, trees);
  expect(told(trees)).toEqual(['n2@3', 'n3@1']);
});

test('what was learned from a commit is not set back by the delta that tells of the time before it', async () => {
  const { trees } = knowing(nodeOf(2, { rev: 3 }));
  const remote = scripted({
    journal: [['modified', nodeOf(2, { rev: 2 })], new Error('the line was cut'), ['modified', nodeOf(2, { rev: 3 })]],
  });
  await expect(pull(remote, trees)).rejects.toThrow('the line was cut');
  expect(told(trees)).toEqual(['n2@3']);
  await pull(remote, trees);
  expect(told(trees)).toEqual(['n2@3']);
});

test('a node that came back from the trash is not removed by the delta that tells of its delete', async () => {
  const { trees } = knowing(nodeOf(2, { rev: 3 }));
  const remote = scripted({
    journal: [
      ['deleted', nodeOf(2, { rev: 2, deletedAt: AT })],
      new Error('the line was cut'),
      ['restored', nodeOf(2, { rev: 3 })],
    ],
  });
  await expect(pull(remote, trees)).rejects.toThrow('the line was cut');
  expect(told(trees)).toEqual(['n2@3']);
});

test('a content that loses a conflict in the trash brings nothing back', async () => {
  const { trees } = knowing(nodeOf(2));
  const remote = scripted({
    journal: [
      ['deleted', nodeOf(2, { rev: 2, deletedAt: AT })],
      ['modified', nodeOf(2, { rev: 3, deletedAt: AT })],
    ],
  });
  await pull(remote, trees);
  expect(told(trees)).toEqual([]);
});

test('what changes while the namespace is listed page by page is told by the delta behind it', async () => {
  const trees = new EngineTrees(new MemoryStateStore(), namespaceId);
  const remote = scripted({
    journal: [['created', nodeOf(2)]],
    listing: [
      { seq: 0, nodes: [nodeOf(4)] },
      { seq: 1, nodes: [nodeOf(5)] },
    ],
  });
  await pull(remote, trees);
  expect(told(trees)).toEqual(['n2@1', 'n4@1', 'n5@1']);
});

test('a file that went into a folder which this device knows to be deleted by now is gone with it', async () => {
  const folder = folderOf(2);
  const inside = folderOf(3, { parentId: folder.nodeId });
  const file = nodeOf(4);
  const moved = nodeOf(4, { parentId: inside.nodeId, rev: 2 });
  const trees = new EngineTrees(new MemoryStateStore(), namespaceId);
  for (const node of [folder, inside, file]) trees.setRemote(toRemoteNode(node));
  trees.setPosition({ ...trees.position, cursor: cursorAt(0) });
  // The answer to a delete of its own, which somebody else has done before.
  trees.removeRemote(folder.nodeId);
  const journal: Step[] = [
    ['moved', moved],
    ['deleted', folderOf(2, { rev: 2, deletedAt: AT })],
  ];
  await pull(scripted({ journal }), trees);
  expect([...trees.remote.nodes()]).toEqual([]);
});

test('when a mounted namespace was set back, nothing counts as agreed on any more, also after a restart', async () => {
  const { store, trees } = knowing(nodeOf(2));
  const { executable, ...there } = toRemoteNode(nodeOf(2));
  const identity = { device: 1n, inode: 1n, birthNs: 1n, size: 1, mtimeNs: 1n, ctimeNs: 1n };
  trees.setSynced({ ...there, executable, identity });
  trees.save();
  const mounted = NamespaceId.parse(ulid(7));
  const answer = { changes: [], cursor: cursorAt(0), hasMore: false, toList: [mounted] };
  for (const setBack of [[], [mounted]]) {
    const remote: Remote = {
      ...scripted({ journal: [] }),
      listChanges: async () => ({ kind: 'ok', value: { ...answer, setBack } }),
    };
    await pull(remote, trees);
    const isKept = setBack.length === 0;
    expect([trees.synced.size, new EngineTrees(store, namespaceId).synced.size]).toEqual(isKept ? [1, 1] : [0, 0]);
  }
});
