import { type NodeId, opId } from '@syncline/protocol';
import fc from 'fast-check';
import type { NamespaceStore, NamespaceTransaction, StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import {
  CHANGED_AT,
  emptyTransaction,
  entryOf,
  fileNode,
  type Home,
  placeOf,
  revisionOf,
} from './namespace-fixture.ts';

/** One attempt to change a namespace, in numbers that mean something for any state that it meets. */
export interface Attempt {
  readonly kind: 'put' | 'move' | 'edit' | 'delete';
  /** Which of the nodes made so far, and which of a few names. */
  readonly node: number;
  readonly name: number;
  /** Added to what was read: 0 is a right expectation. */
  readonly seqError: number;
  readonly revError: number;
  readonly epochError: number;
  /** Expect a place as it was not read. */
  readonly isPlaceWrong: boolean;
  /** Use the name of an operation that was committed before. */
  readonly isRepeated: boolean;
}

const mostlyZero = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 1 }));
const rarely = fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.boolean());

export const attempts: fc.Arbitrary<readonly Attempt[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('put', 'move', 'edit', 'delete'),
    node: fc.nat({ max: 5 }),
    name: fc.nat({ max: 4 }),
    seqError: mostlyZero,
    revError: mostlyZero,
    epochError: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constant(1)),
    isPlaceWrong: rarely,
    isRepeated: rarely,
  }),
  { minLength: 1, maxLength: 14 },
);

const NAMES = ['a', 'B', 'ß', '😀', 'name#~'];

/**
 * Runs a history on one store and answers all that could be observed. Node ids are numbered (`nodeIds`) and handed in,
 * so that two stores that behave alike answer the same.
 */
export async function observeHistory(
  store: NamespaceStore,
  home: Home,
  history: { readonly attempts: readonly Attempt[]; readonly nodeIds: readonly NodeId[] },
): Promise<readonly unknown[]> {
  const observed: unknown[] = [];
  let made = 0;
  for (const [step, attempt] of history.attempts.entries()) {
    const head = (await store.readAccess(home))?.head;
    const known = await store.getNodes(home.namespaceId, history.nodeIds.slice(0, made));
    const ids = history.nodeIds.slice(0, made);
    const node = known.get(ids[attempt.node % Math.max(1, ids.length)] ?? home.root);
    const isPut = attempt.kind === 'put' || node === undefined;
    const next = isPut ? newFile(home, history.nodeIds[made] ?? home.root, attempt) : changed(node, attempt);
    const before = isPut ? undefined : node;
    const transaction = changeOf(home, { attempt, step, before, next, seq: head?.seq ?? 0 });
    const { kind } = await store.commit(transaction);
    if (isPut && kind === 'committed') made += 1;
    observed.push(kind, await readAll(store, home, { nodeIds: history.nodeIds, steps: step + 1 }));
  }
  return observed;
}

function newFile(home: Home, nodeId: NodeId, attempt: Attempt): StoredNode {
  return fileNode(home, { nodeId, name: NAMES[attempt.name] ?? 'a' });
}

function changed(node: StoredNode, attempt: Attempt): StoredNode {
  const rev = node.rev + 1;
  const { deletedAt: _back, ...live } = node;
  if (attempt.kind === 'delete') return { ...node, rev, deletedAt: CHANGED_AT };
  if (attempt.kind === 'move') return { ...live, rev, placeRev: rev, name: NAMES[attempt.name] ?? 'a' };
  return { ...live, rev, contentRev: rev, size: node.size + 1 };
}

interface Change {
  readonly attempt: Attempt;
  readonly step: number;
  readonly before: StoredNode | undefined;
  readonly next: StoredNode;
  readonly seq: number;
}

/** Right in everything, but for the errors of the attempt and for names that are taken. */
function changeOf(home: Home, change: Change): NamespaceTransaction {
  const { attempt, before, next } = change;
  const seq = Math.max(0, change.seq + attempt.seqError);
  const places = new Map<string, NamespaceTransaction['places'][number]>();
  if (before !== undefined && before.deletedAt === undefined) {
    places.set(placeOf(before).nameKey, { place: placeOf(before), expectedNodeId: before.nodeId });
  }
  if (next.deletedAt === undefined) {
    const expected = places.get(placeOf(next).nameKey)?.expectedNodeId;
    const place = { place: placeOf(next), node: next };
    places.set(placeOf(next).nameKey, expected === undefined ? place : { ...place, expectedNodeId: expected });
  }
  const index = attempt.isRepeated ? 0 : change.step;
  const { namespaceId, accountId, deviceId, batch } = home;
  return {
    ...emptyTransaction(home, seq),
    epoch: 1 + attempt.epochError,
    entries: [entryOf(home, seq + 1, next)],
    bytesLogicalDelta: next.size - (before?.size ?? 0),
    bytesRetainedDelta: next.size,
    nodes: [{ node: next, expectedRev: Math.max(0, (before?.rev ?? 0) + attempt.revError) }],
    revisions: next.contentRev === next.rev ? [revisionOf(home, next)] : [],
    places: [...places.values()].map((place) =>
      attempt.isPlaceWrong ? { ...place, expectedNodeId: home.root } : place,
    ),
    results: [{ accountId, deviceId, opId: opId(batch, index), result: { namespaceId, seq: seq + 1 } }],
  };
}

async function readAll(
  store: NamespaceStore,
  home: Home,
  what: { readonly nodeIds: readonly NodeId[]; readonly steps: number },
): Promise<unknown> {
  const { namespaceId, root, batch } = home;
  const opIds = Array.from({ length: what.steps }, (_, index) => opId(batch, index));
  const [access, nodes, children, entries, results, ...revisions] = await Promise.all([
    store.readAccess(home),
    store.getNodes(namespaceId, what.nodeIds),
    store.listChildren({ namespaceId, parentId: root, limit: 100 }),
    store.listEntries({ namespaceId, after: 0, limit: 100 }),
    store.getResults(home, opIds),
    ...what.nodeIds.map((nodeId) => store.listRevisions({ namespaceId, nodeId, limit: 100 })),
  ]);
  const byId = (id: NodeId) => nodes.get(id);
  return {
    access,
    nodes: what.nodeIds.map(byId),
    children,
    entries,
    results: opIds.map((id) => results.get(id)),
    revisions,
  };
}
