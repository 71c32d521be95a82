import { expect, test } from '@jest/globals';
import {
  ContentHash,
  DeviceId,
  NamespaceId,
  NodeId,
  type Problem,
  rootNodeId,
  WIPE_FILES_MAX,
} from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { SyncedNode } from '../engine/trees.ts';
import { findUnstored } from './find-unstored.ts';

const home = NamespaceId.parse('0'.repeat(26));
const team = NamespaceId.parse(`1${'0'.repeat(25)}`);
const deviceId = DeviceId.parse('2'.repeat(26));
const idOf = (index: number) => NodeId.parse(`3${String(index).padStart(25, '0')}`);
const [mount, folder, own, shared] = [idOf(1), idOf(2), idOf(3), idOf(4)];

function node(nodeId: NodeId, parentId: NodeId, of: Partial<SyncedNode> = {}): SyncedNode {
  const identity = { device: 1n, inode: 1n, birthNs: 1n, size: 1, mtimeNs: 1n, ctimeNs: 1n };
  const contentHash = ContentHash.parse('a'.repeat(64));
  const content = { rev: 1, contentRev: 1, size: 1, contentHash, executable: false, identity };
  return { nodeId, parentId, name: nodeId, kind: 'file', ...content, ...of };
}

/** A file of the home, and one in a folder of a shared folder. */
const SYNCED = [
  node(own, rootNodeId(home)),
  node(shared, folder),
  node(folder, mount, { kind: 'folder', contentHash: undefined }),
  node(mount, rootNodeId(home), { kind: 'mount', contentHash: undefined, mounted: team }),
];

type Answer = readonly NodeId[] | 'not_found' | 'unauthenticated' | 'away';

function ask(synced: readonly SyncedNode[], answers: Readonly<Record<NamespaceId, Answer>>) {
  const asked: (readonly [string, number])[] = [];
  const checkWipe = async ({
    body,
  }: {
    readonly body: { readonly namespaceId: string; readonly files: readonly object[] };
  }) => {
    asked.push([body.namespaceId, body.files.length]);
    const answer = answers[NamespaceId.parse(body.namespaceId)] ?? [];
    if (answer === 'away') throw new UnavailableError('no answer');
    if (typeof answer !== 'string') return { ok: true as const, value: { missing: [...answer] } };
    return { ok: false as const, problem: { code: answer } as Problem };
  };
  return { asked, unstored: findUnstored({ api: { checkWipe }, deviceId }, home, synced) };
}

test('each file is asked about in its own namespace, and what that does not keep is told', async () => {
  const { asked, unstored } = ask(SYNCED, { [home]: [], [team]: [shared] });
  expect(await unstored).toEqual(new Set([shared]));
  expect(asked).toEqual([
    [home, 1],
    [team, 1],
  ]);
});

test('many files are asked about in as few requests as they fit into', async () => {
  const many = Array.from({ length: WIPE_FILES_MAX + 1 }, (_, index) => node(idOf(index), rootNodeId(home)));
  const { asked, unstored } = ask(many, { [home]: [] });
  expect(await unstored).toEqual(new Set());
  expect(asked).toEqual([
    [home, WIPE_FILES_MAX],
    [home, 1],
  ]);
});

test.each(['not_found', 'unauthenticated', 'away'] as const)(
  'nothing is known when the home answers %s',
  async (answer) => {
    expect(await ask(SYNCED, { [home]: answer }).unstored).toBeUndefined();
  },
);

test('nothing counts as kept in a shared folder that may not be read any more, and all is open when it does not answer', async () => {
  expect(await ask(SYNCED, { [team]: 'not_found' }).unstored).toEqual(new Set([shared]));
  expect(await ask(SYNCED, { [team]: 'away' }).unstored).toBeUndefined();
});
