import { assert, type NamespaceId } from '@syncline/protocol';
import type { ContentQueue } from '../extraction/content-task.ts';
import { isBehind, type JournalPosition, type JournalPositions } from '../journal/journal-positions.ts';
import type { NamespaceHead, NamespaceStore } from '../namespaces/namespace-store.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapBounded } from '../runtime/map-bounded.ts';
import type { Meter } from '../runtime/meter.ts';
import { type FollowDependencies, followTask, wholeTree } from './follow-task.ts';
import { generationName, INDEX_VERSION } from './index-definition.ts';
import type { IndexGeneration, IndexGenerations } from './index-generations.ts';
import type { IndexQueue, IndexTask } from './index-task.ts';
import {
  CATCH_UPS_MAX,
  DOCUMENTS_AT_ONCE,
  NAMESPACE_PAGES_MAX,
  NAMESPACE_TASKS_MAX,
  NAMESPACES_AT_ONCE,
  UNREAD_PAGES_MAX,
} from './limits.ts';
import type { IndexedNode } from './search-index.ts';

export interface RebuildDependencies {
  readonly namespaces: NamespaceStore;
  readonly generations: IndexGenerations;
  /** How far the journals are in an index that is being made. */
  readonly positionsOf: (generation: string) => JournalPositions;
  /** Is told which contents have no text in the index that serves in the end. */
  readonly contents: ContentQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
}

export interface RebuildOptions {
  /** Makes a new one although the one that serves is of the present definition, and forgets one that was being made. */
  readonly isForced: boolean;
  readonly tell: (progress: RebuildProgress) => void;
}

/** `walking`: what is there is written; `serving`: readers and writers have it from then on. */
export type RebuildProgress =
  | { readonly kind: 'begun'; readonly name: string; readonly isResumed: boolean }
  | { readonly kind: 'walking' | 'catching-up'; readonly namespaces: number }
  | { readonly kind: 'serving' | 'removed'; readonly name: string };

export interface RebuildOutcome {
  readonly kind: 'up-to-date' | 'rebuilt';
  /** Of the index that serves. */
  readonly name: string;
  /** Contents without a text that are to be read. */
  readonly unread: number;
}

/**
 * Makes the index anew from the tables, beside the one that serves, while everybody goes on to read and write; then lets it serve.
 *
 * It follows the journals by itself from where each was when its tree was walked, to their ends before it serves and once more afterwards: so it
 * has what was written to the other one meanwhile. Whoever breaks off and repeats it goes on after the last namespace that was done.
 *
 * What has no text in the index that serves then, since it was read while the new one was made or there was none before, becomes a task of `contents`;
 * also when nothing else is to be done.
 * @throws UnavailableError when a store or the index did not answer: repeat it.
 */
export async function rebuildIndex(
  dependencies: RebuildDependencies,
  { isForced, tell }: RebuildOptions,
): Promise<RebuildOutcome> {
  const { generations } = dependencies;
  const all = await generations.list();
  const serving = all.find(({ isServing }) => isServing);
  const isNewer = ({ number }: IndexGeneration) => number > (serving?.number ?? -1);
  const unfinished = all.findLast((one) => isNewer(one) && one.definition === INDEX_VERSION);
  const replaced = all.filter((one) => one !== serving && !isNewer(one));
  const resumed = isForced ? undefined : unfinished;
  if (resumed === undefined && !isForced && serving?.definition === INDEX_VERSION) {
    const { name } = serving;
    if (replaced.length === 0) return { kind: 'up-to-date', name, unread: await sendUnread(dependencies, name) };
    // It serves, but was not brought up to the last writes of the one before.
    return { kind: 'rebuilt', name, unread: await finish(dependencies, serving, tell) };
  }
  for (const one of all) {
    if (isNewer(one) && one !== resumed) await discard(dependencies, one, tell);
  }
  const target = resumed ?? (await makeNext(dependencies, all));
  tell({ kind: 'begun', name: target.name, isResumed: resumed !== undefined });
  for (let pass = 0; pass < CATCH_UPS_MAX; pass++) {
    if ((await passOver(dependencies, { target, previous: serving }, tell)) === 0) break;
  }
  await generations.serve(target.name);
  tell({ kind: 'serving', name: target.name });
  return { kind: 'rebuilt', name: target.name, unread: await finish(dependencies, target, tell) };
}

async function makeNext(
  { generations, clock }: RebuildDependencies,
  all: readonly IndexGeneration[],
): Promise<IndexGeneration> {
  const number = Math.max(clock.now(), ...all.map((one) => one.number + 1));
  const name = generationName(number);
  await generations.make(name);
  return { name, number, definition: INDEX_VERSION, isServing: false };
}

/** Brings what serves up to what was written to the ones before until then, and removes those; answers how many contents are to be read for it. */
async function finish(
  dependencies: RebuildDependencies,
  target: IndexGeneration,
  tell: RebuildOptions['tell'],
): Promise<number> {
  const others = (await dependencies.generations.list()).filter(({ name }) => name !== target.name);
  await passOver(dependencies, { target, previous: others.at(-1) }, tell);
  // Before what tells that this was not done yet is gone.
  const unread = await sendUnread(dependencies, target.name);
  for (const other of others) await discard(dependencies, other, tell);
  return unread;
}

/** Makes tasks of all contents that have no text in an index. Tasks that are on their way already are done twice, which costs a look. */
async function sendUnread({ generations, contents }: RebuildDependencies, name: string): Promise<number> {
  const index = generations.open(name);
  let sent = 0;
  let after: IndexedNode | undefined;
  for (let page = 0; page < UNREAD_PAGES_MAX; page++) {
    const asked = { limit: DOCUMENTS_AT_ONCE, ...(after === undefined ? {} : { after }) };
    const unread = await index.listUnread(asked);
    await contents.send(unread);
    sent += unread.length;
    after = unread.at(-1);
    if (after === undefined || unread.length < DOCUMENTS_AT_ONCE) return sent;
  }
  assert(false, 'there are no more documents than pages of them');
}

async function discard(
  { generations }: RebuildDependencies,
  { name }: IndexGeneration,
  tell: RebuildOptions['tell'],
): Promise<void> {
  await generations.remove(name);
  tell({ kind: 'removed', name });
}

interface Rebuilt {
  readonly target: IndexGeneration;
  /** Where texts are taken from. */
  readonly previous: IndexGeneration | undefined;
}

/** Brings every namespace up to its head; answers how many were behind. */
async function passOver(
  dependencies: RebuildDependencies,
  rebuilt: Rebuilt,
  tell: RebuildOptions['tell'],
): Promise<number> {
  const { namespaces } = dependencies;
  let behind = 0;
  let looked = 0;
  let after: string | undefined;
  for (let page = 0; page < NAMESPACE_PAGES_MAX; page++) {
    const { heads, next } = await namespaces.listNamespaces(after);
    await mapBounded(NAMESPACES_AT_ONCE, heads, async (head) => {
      const kind = await bringUp(dependencies, rebuilt, head);
      looked++;
      if (kind === undefined) return;
      behind++;
      tell({ kind, namespaces: looked });
    });
    if (next === undefined) return behind;
    after = next;
  }
  assert(false, 'there are no more namespaces than pages of them');
}

/** Walks the tree of a namespace, or follows its journal when that was done; undefined when nothing was to be done. */
async function bringUp(
  { namespaces, generations, positionsOf, meter }: RebuildDependencies,
  { target, previous }: Rebuilt,
  head: NamespaceHead,
): Promise<'walking' | 'catching-up' | undefined> {
  const { namespaceId, epoch, seq } = head;
  const positions = positionsOf(target.name);
  const known = await positions.get(namespaceId);
  if (known !== undefined && !isBehind(known, head)) return undefined;
  const isWalk = known?.epoch !== epoch;
  const begun = isWalk ? { epoch, seq } : known;
  const index = withTextsOf(generations.open(target.name), previous && generations.open(previous.name));
  const tasks: IndexTask[] = isWalk
    ? // What was written before it broke off may be gone, and is not found by the walk.
      [...wholeTree(namespaceId, begun), { kind: 'forget', namespaceId, position: begun }]
    : [{ kind: 'journal', namespaceId }];
  const progress = new FollowedPosition(begun);
  await followAll({ namespaces, index, progress, meter }, tasks);
  // Only when all is written that follows from the entries, however often it is broken off.
  await positions.advance(namespaceId, progress.position);
  return isWalk ? 'walking' : 'catching-up';
}

/** Looks at all that there is, and at all that is indexed, of one namespace in the index that serves. */
export async function refreshNamespace(
  dependencies: Pick<FollowDependencies, 'namespaces' | 'index' | 'contents' | 'meter'>,
  head: NamespaceHead,
): Promise<void> {
  const { namespaceId, epoch, seq } = head;
  const position = { epoch, seq };
  const tasks = [...wholeTree(namespaceId, position), { kind: 'forget', namespaceId, position } as const];
  await followAll({ ...dependencies, progress: new FollowedPosition(position) }, tasks);
}

/** Follows tasks and all that come of them, the last first, so that few wait at a time. */
async function followAll(dependencies: Omit<FollowDependencies, 'queue'>, tasks: readonly IndexTask[]): Promise<void> {
  const waiting = [...tasks].toReversed();
  const queue: IndexQueue = { send: async (more) => void waiting.push(...more) };
  for (let done = 0; done < NAMESPACE_TASKS_MAX; done++) {
    const task = waiting.pop();
    if (task === undefined) return;
    await followTask({ ...dependencies, queue }, task);
  }
  assert(false, 'the tasks of a namespace come to an end');
}

/** The position of one namespace while it is worked at. */
class FollowedPosition implements JournalPositions {
  position: JournalPosition;

  constructor(begun: JournalPosition) {
    this.position = begun;
  }

  async get(): Promise<JournalPosition> {
    return this.position;
  }

  async advance(_namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    if (isBehind(this.position, to)) this.position = to;
  }

  async set(_namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    this.position = to;
  }
}

type Written = ReturnType<IndexGenerations['open']>;

/** The same index, which takes the texts that it has not from another one: nothing is read out of a content twice. */
function withTextsOf(target: Written, previous: Written | undefined): Written {
  if (previous === undefined) return target;
  return {
    apply: (changes) => target.apply(changes),
    listBelow: (page) => target.listBelow(page),
    listUnread: (page) => target.listUnread(page),
    describeTexts: async (nodes: readonly IndexedNode[]) => {
      const own = await target.describeTexts(nodes);
      const others = await previous.describeTexts(nodes.filter(({ nodeId }) => !own.has(nodeId)));
      return new Map([...others, ...own]);
    },
    getTexts: async (nodes: readonly IndexedNode[]) => {
      const own = await target.getTexts(nodes);
      const others = await previous.getTexts(nodes.filter(({ nodeId }) => !own.has(nodeId)));
      return new Map([...others, ...own]);
    },
  };
}
