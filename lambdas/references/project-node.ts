import { assert, type ChunkHash, epochMs } from '@syncline/protocol';
import type { ChunkIndex } from '../chunks/chunk-index.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import type { NamespaceStore, StoredRevision } from '../namespaces/namespace-store.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Meter } from '../runtime/meter.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import { UnavailableError } from '../runtime/unavailable-error.ts';
import { readContentChunks } from './content-chunks.ts';
import { NODE_PASSES_MAX, REVISION_PAGES_MAX, REVISIONS_AT_ONCE } from './limits.ts';
import {
  type ContentKey,
  contentKeyText,
  FIRST_PASS,
  type NodeName,
  type NodePass,
  type ReferenceStore,
} from './reference-store.ts';

export interface ProjectNodeDependencies {
  readonly namespaces: Pick<NamespaceStore, 'getGround' | 'listRevisions'>;
  readonly references: ReferenceStore;
  readonly chunks: Pick<ChunkIndex, 'pin'>;
  readonly objects: Pick<ObjectStore, 'read'>;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Lets the references of a node be those of the contents that it retains: adds what is missing, drops what is too much. It asks the
 * node itself, not what happened to it, so it may be called at any time, in any order, any number of times at once and after anything:
 * a commit, the expiry of revisions, a purge. Whatever it leaves half done the next call brings to its end.
 *
 * References bear the namespace under whose id the node's rows lie: whichever namespace it is asked of, before and after it was shared, a node has them once.
 * A condemned chunk that is referenced lives again.
 * Cost of a new node of n chunks: 4 writes, 1 query, n writes and n items; of a new content of a known node 1 query more; of a content
 * that is known: 1 write, 2 queries, 1 read.
 *
 * @throws UnavailableError when a store did not answer, or other passes over the node did not come to an end.
 */
export async function projectNode(dependencies: ProjectNodeDependencies, node: NodeName): Promise<void> {
  // Another pass may forget a content while this one adds references of it: whoever added them sees to them.
  const begun = new Map<string, ContentKey>();
  const { nodeId } = node;
  const namespaceId = await dependencies.namespaces.getGround(node.namespaceId);
  for (let attempt = 1; attempt <= NODE_PASSES_MAX; attempt++) {
    // Before anything is read: whoever begins later has a higher number, and what it adds is not dropped by this pass.
    const pass = await dependencies.references.beginPass({ namespaceId, nodeId });
    if (await runPass(dependencies, { namespaceId, nodeId, pass }, begun)) return;
    // Two that begin again in step would undo each other every time.
    if (attempt < NODE_PASSES_MAX) await dependencies.clock.sleep(retryDelayMs(dependencies.random, attempt));
  }
  throw new UnavailableError('other passes over a node did not come to an end');
}

/** Whether it was done and nobody else has begun meanwhile. */
async function runPass(
  dependencies: ProjectNodeDependencies,
  pass: NodePass,
  begun: Map<string, ContentKey>,
): Promise<boolean> {
  const { references } = dependencies;
  const retained = await retainedContents(dependencies, pass);
  // Before the first pass nobody has given it references.
  const known = pass.pass === FIRST_PASS ? [] : await references.listContents(pass);
  const referenced = new Set(known.filter(({ state }) => state === 'referenced').map(contentKeyText));
  for (const [key, content] of begun) {
    const isForgotten = !retained.has(key) && !known.some((other) => contentKeyText(other) === key);
    if (isForgotten && !(await references.beginAdding(pass, content))) return false;
  }
  const dropped = new Map([...known, ...begun.values()].map((content) => [contentKeyText(content), content]));
  let hasAdded = false;
  for (const [key, content] of retained) {
    if (referenced.has(key)) continue;
    begun.set(key, content);
    const outcome = await addContent(dependencies, pass, content);
    if (outcome === 'overtaken') return false;
    hasAdded ||= outcome === 'added';
  }
  for (const key of retained.keys()) dropped.delete(key);
  // All are marked before the first reference goes: contents share chunks, and none is taken for referenced that has lost one to another.
  for (const content of dropped.values()) if (!(await references.beginDropping(pass, content))) return false;
  for (const [key, content] of dropped) {
    if (!(await dropContent(dependencies, pass, { content, retained: [...retained.values()] }))) return false;
    begun.delete(key);
  }
  // What ended the last addition held only while nobody else had begun, and nothing was changed since.
  return (hasAdded && dropped.size === 0) || references.isLastPass(pass);
}

/** Every content that some revision of the node has, once. */
async function retainedContents(
  { namespaces }: ProjectNodeDependencies,
  { namespaceId, nodeId }: NodeName,
): Promise<ReadonlyMap<string, ContentKey>> {
  const contents = new Map<string, ContentKey>();
  let before: number | undefined;
  for (let page = 0; page < REVISION_PAGES_MAX; page++) {
    const { revisions, next } = await namespaces.listRevisions({
      namespaceId,
      nodeId,
      limit: REVISIONS_AT_ONCE,
      ...(before === undefined ? {} : { before }),
    });
    for (const revision of revisions) {
      const content = contentOf(revision);
      contents.set(contentKeyText(content), content);
    }
    if (next === undefined) return contents;
    before = next;
  }
  assert(false, 'a node has a bounded number of revisions');
}

function contentOf({ domain, contentHash, manifest }: StoredRevision): ContentKey {
  return { domain, contentHash, ...(manifest === undefined ? {} : { manifest }) };
}

/** `added`: it is referenced, and nobody else had begun when it became so. */
async function addContent(
  dependencies: ProjectNodeDependencies,
  pass: NodePass,
  content: ContentKey,
): Promise<'added' | 'missing' | 'overtaken'> {
  const { references, chunks, meter } = dependencies;
  const needed = await readContentChunks(dependencies, content);
  if (needed === undefined) {
    // Purged since it was listed, or lost: the next look at the node tells which, and a check of everything finds the latter.
    meter.count('manifestsMissing');
    return 'missing';
  }
  if (!(await references.beginAdding(pass, content))) return 'overtaken';
  for (const chunksOf of needed) {
    await references.add(pass, chunksOf);
    // After the references: a sweep that has not seen them is seen here, and one that comes later sees them.
    const stored = await chunks.pin({ ...chunksOf, until: epochMs(0) });
    const { length } = chunksOf.hashes;
    if (stored.size < length) meter.count('chunksUnstored', length - stored.size);
  }
  meter.count('contentsReferenced');
  return (await references.endAdding(pass, content)) ? 'added' : 'overtaken';
}

interface Dropped {
  readonly content: ContentKey;
  readonly retained: readonly ContentKey[];
}

/** Precondition: it is marked, and so is every other content that goes. */
async function dropContent(
  dependencies: ProjectNodeDependencies,
  pass: NodePass,
  { content, retained }: Dropped,
): Promise<boolean> {
  const { references, meter } = dependencies;
  for (const { domain, hashes } of (await readContentChunks(dependencies, content)) ?? []) {
    const left = new Set<ChunkHash>(hashes);
    await leaveOut(dependencies, { domain, left }, retained);
    await references.drop(pass, { domain, hashes: [...left] });
  }
  meter.count('contentsDropped');
  return references.endDropping(pass, content);
}

/** Takes out of `left` what other contents need. One manifest at a time: a thousand long ones would fill the memory. */
async function leaveOut(
  dependencies: ProjectNodeDependencies,
  { domain, left }: { readonly domain: string; readonly left: Set<ChunkHash> },
  others: readonly ContentKey[],
): Promise<void> {
  for (const other of others) {
    if (left.size === 0) return;
    const kept = await readContentChunks(dependencies, other);
    // What cannot be read may need anything.
    if (kept === undefined) left.clear();
    const needed = kept?.find((chunks) => chunks.domain === domain)?.hashes ?? [];
    for (const hash of needed) left.delete(hash);
  }
}
