import { assert, type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { createProjectHandler, type ProjectedEntry } from '../../lambdas/references/create-project-handler.ts';
import type { StreamRecord } from '../../lambdas/runtime/stream-records.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { createIndexHandler } from '../../lambdas/search/create-index-handler.ts';
import { generationName } from '../../lambdas/search/index-definition.ts';
import { MemoryIndexGenerations } from '../../lambdas/search/memory-index-generations.ts';
import type { SearchIndex } from '../../lambdas/search/search-index.ts';
import type { Member } from './in-memory-member.ts';
import type { SeededRandom } from './seeded-random.ts';
import { inside, SharedWorld } from './shared-world.ts';

/** Rounds of deliveries after which nothing can be left to do. */
const ROUNDS_MAX = 400;
const BATCH_MAX = 10;
/** Receives after which a message is put aside. */
const RECEIVES_MAX = 4;
const POISON = ['', '{', '{"kind":"journal","namespaceId":"nobody"}', '{"kind":"what"}', '[]', '"\ud800"'] as const;
/** Parts of all deliveries in which something goes wrong. */
const SHARES = { duplicate: 0.2, poison: 0.05, failure: 0.1 } as const;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
  readonly isPoison: boolean;
}

/**
 * People who change their trees, with the readers of the journal's stream and of the queue as they are deployed. Both hand things over twice, late,
 * in any order, with what nobody can read among them; and the index fails now and then, some of it written.
 */
export class FollowedWorld extends SharedWorld {
  readonly generations = new MemoryIndexGenerations(generationName(1));
  readonly deadLetters: Message[] = [];
  /** No request to the index is answered. */
  isDown = false;
  readonly #random: SeededRandom;
  readonly #waiting: Message[] = [];
  #records: StreamRecord[] = [];
  #count = 0;
  readonly #project: ReturnType<typeof createProjectHandler>;
  readonly #index: ReturnType<typeof createIndexHandler>;

  constructor(random: SeededRandom) {
    super();
    this.#random = random;
    const { stores } = this;
    const { indexQueue: queue, indexProgress: progress, namespaces, clock, telemetry } = stores;
    const decodeEntry = (image: unknown): ProjectedEntry => {
      assert(typeof image === 'object' && image !== null, 'an image of an entry');
      return image as ProjectedEntry;
    };
    this.#project = createProjectHandler({ ...stores, decodeEntry, indexTasks: queue });
    const index = this.#failingIndex();
    const prepare = async (): Promise<void> => this.#mayFail();
    this.#index = createIndexHandler({ namespaces, index, progress, queue, prepare, clock, telemetry });
  }

  get stores() {
    return this.service.stores;
  }

  /** Nothing goes wrong from now on. */
  isCalm = false;

  /** Hands over a share of what the stream and the queue have. */
  async deliver(share: number): Promise<void> {
    this.#takeRecords();
    while (this.#records.length > 0) {
      await this.#deliverRecords();
      if (!this.isCalm && this.#draws(0.3)) break;
    }
    this.#takeMessages();
    for (let left = Math.ceil(this.#waiting.length * share); left > 0; left -= BATCH_MAX) {
      await this.#deliverBatch(Math.min(left, BATCH_MAX));
    }
  }

  /** Ends all trouble, redrives what was put aside, and hands over everything until nothing is left but what nobody can read. */
  async drain(): Promise<void> {
    this.isDown = false;
    this.isCalm = true;
    this.#waiting.push(...this.deadLetters.splice(0).map((message) => ({ ...message, receives: 0 })));
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await this.deliver(1);
      this.#takeRecords();
      this.#takeMessages();
      if (this.#records.length === 0 && this.#waiting.length === 0) return;
    }
    throw new Error('the queue never becomes empty');
  }

  #takeRecords(): void {
    for (const entry of this.stores.namespaces.takeAppended()) {
      this.#records.push(record(this.#count++, entry));
      if (!this.isCalm && this.#draws(SHARES.duplicate)) this.#records.push(record(this.#count++, entry));
      if (!this.isCalm && this.#draws(SHARES.poison)) this.#records.push(record(this.#count++, 'nothing'));
    }
  }

  /** A batch of the stream. Lambda goes on after the first record that failed; that one comes again, unless nobody can read it. */
  async #deliverRecords(): Promise<void> {
    const batch = this.#records.slice(0, BATCH_MAX);
    const { batchItemFailures } = await this.#project({ Records: batch }, { awsRequestId: 'project' });
    const [first] = batchItemFailures;
    const at = batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === first?.itemIdentifier);
    const done = first === undefined ? batch.length : at + (batch[at]?.dynamodb?.NewImage === 'nothing' ? 1 : 0);
    this.#records = this.#records.slice(done);
  }

  #takeMessages(): void {
    for (const body of this.stores.indexQueue.takeMessages()) this.#put(body, false);
    if (!this.isCalm && this.#draws(SHARES.poison)) this.#put(this.#oneOf(POISON), true);
  }

  #put(body: string, isPoison: boolean): void {
    this.#waiting.push({ id: `m${this.#count++}`, body, receives: 0, isPoison });
  }

  async #deliverBatch(size: number): Promise<void> {
    const batch = Array.from({ length: Math.min(size, this.#waiting.length) }, () => {
      const [message] = this.#waiting.splice(Math.floor(this.#random.fraction() * this.#waiting.length), 1);
      assert(message !== undefined, 'a message is waiting');
      return message;
    });
    const again = batch.filter(() => !this.isCalm && this.#draws(SHARES.duplicate));
    const Records = batch.map(({ id, body, receives }) => ({
      messageId: id,
      body,
      receiptHandle: `${id}-${receives}`,
      attributes: { ApproximateReceiveCount: `${receives + 1}`, SentTimestamp: '0' },
    }));
    const { batchItemFailures } = await this.#index({ Records }, { awsRequestId: 'index' });
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) {
      if (message.isPoison) assert(failed.has(message.id), 'what nobody can read fails');
      if (!failed.has(message.id)) continue;
      const next = { ...message, receives: message.receives + 1 };
      (next.receives >= RECEIVES_MAX ? this.deadLetters : this.#waiting).push(next);
    }
    this.#waiting.push(...again.filter(({ id }) => !failed.has(id)));
  }

  #failingIndex(): Pick<SearchIndex, 'apply' | 'describeTexts' | 'getTexts' | 'listBelow'> {
    const { generations } = this;
    return {
      apply: async (changes) => {
        // A bulk request may be written in part, and not be answered.
        if (!this.isDown && !this.isCalm && this.#draws(SHARES.failure)) {
          await generations.apply(changes.slice(0, Math.floor(changes.length / 2)));
          throw new UnavailableError('the index did not take all');
        }
        this.#mayFail();
        await generations.apply(changes);
      },
      describeTexts: async (nodes) => {
        this.#mayFail();
        return generations.describeTexts(nodes);
      },
      getTexts: async (nodes) => {
        this.#mayFail();
        return generations.getTexts(nodes);
      },
      listBelow: async (page) => {
        this.#mayFail();
        return generations.listBelow(page);
      },
    };
  }

  #mayFail(): void {
    if (this.isDown || (!this.isCalm && this.#draws(SHARES.failure / 2))) {
      throw new UnavailableError('the index is away');
    }
  }

  #draws(share: number): boolean {
    return this.#random.fraction() < share;
  }

  #oneOf<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random.fraction() * all.length)] as T;
  }

  /** All that there is in a namespace, as the tables have it: what is live, and what lies in the trash with all below it. */
  async expected(member: Member, namespaceId: NamespaceId): Promise<readonly string[]> {
    const { namespaces } = this.stores;
    const found: string[] = [];
    const walk = async (parentId: NodeId, place: Place): Promise<void> => {
      let after: string | undefined;
      do {
        const page = { namespaceId, parentId, limit: 1000, ...(after === undefined ? {} : { after }) };
        const { nodes, next } = await namespaces.listChildren(page);
        for (const node of nodes) await tell(node, { ...place, path: `${place.path}/${node.name}` });
        after = next;
      } while (after !== undefined);
    };
    const tell = async ({ nodeId, kind }: Pick<Node, 'nodeId' | 'kind'>, place: Place): Promise<void> => {
      found.push(describe(nodeId, place));
      if (kind === 'folder') await walk(nodeId, place);
    };
    await walk(rootNodeId(namespaceId), { path: '', isTrashed: false });
    for (const entry of await this.#trashOf(member, namespaceId)) {
      await tell(entry, { path: await this.#pathOf(namespaceId, entry.nodeId), isTrashed: true });
    }
    return found.toSorted();
  }

  async #trashOf(member: Member, namespaceId: NamespaceId) {
    const { entries, nextPage } = await this.call(member, 'listTrash', { query: { namespaceId } });
    const all = [...entries];
    for (let page = nextPage; page !== undefined; ) {
      const more = await this.call(member, 'listTrash', { query: { namespaceId, page } });
      all.push(...more.entries);
      page = more.nextPage;
    }
    return all;
  }

  /** By the names that all above it have at that moment, be they in the trash, up to one that is gone for good. */
  async #pathOf(namespaceId: NamespaceId, nodeId: NodeId): Promise<string> {
    let path = '';
    for (let next = nodeId; next !== rootNodeId(namespaceId); ) {
      const node = (await this.stores.namespaces.getNodes(namespaceId, [next])).get(next);
      assert(node !== undefined, 'what lies in the trash has a way up');
      if (node.purgedAt !== undefined) return path;
      path = `/${node.name}${path}`;
      next = node.parentId;
    }
    return path;
  }

  indexed(namespaceId: NamespaceId): readonly string[] {
    return this.generations.serving
      .documents()
      .filter((document) => document.namespaceId === namespaceId)
      .map((document) => describe(document.nodeId, document))
      .toSorted();
  }

  async spacesOf(member: Member): Promise<readonly NamespaceId[]> {
    const { folders } = await this.call(member, 'listNamespaces', {});
    return [member.namespaceId, ...folders.map(({ namespaceId }) => namespaceId)];
  }
}

function record(number: number, image: unknown): StreamRecord {
  return { eventName: 'INSERT', dynamodb: { SequenceNumber: `${number}`, NewImage: image } };
}

interface Place {
  readonly path: string;
  readonly isTrashed: boolean;
}

function describe(nodeId: NodeId, { path, isTrashed }: Place): string {
  return `${nodeId} ${isTrashed ? 'trashed ' : ''}${path}`;
}

const ACTS = ['mkdir', 'put', 'move', 'rename', 'delete', 'restore', 'purge', 'share', 'deliver', 'outage'] as const;

export const FollowedStep = fc.record({
  act: fc.constantFrom(...ACTS),
  which: fc.nat(),
  other: fc.nat(),
});
export type FollowedStep = typeof FollowedStep extends fc.Arbitrary<infer T> ? T : never;

/** Steps of a history that is too long to be shown. */
export function drawSteps(random: SeededRandom, count: number): readonly FollowedStep[] {
  const number = () => Math.floor(random.fraction() * 2 ** 31);
  return Array.from({ length: count }, () => ({
    act: ACTS[number() % ACTS.length] ?? 'deliver',
    which: number(),
    other: number(),
  }));
}

/** Does a step where it can be done; what the service refuses changes nothing. */
export async function followStep(
  world: FollowedWorld,
  ann: Member,
  { step, at }: { readonly step: FollowedStep; readonly at: number },
): Promise<void> {
  const { act: kind, which, other } = step;
  const spaces = await world.spacesOf(ann);
  const namespaceId = spaces[which % spaces.length] ?? ann.namespaceId;
  const member = inside(ann, namespaceId);
  const nodes = (await world.call(member, 'listTree', { query: { namespaceId } })).nodes;
  const folders = [
    rootNodeId(namespaceId),
    ...nodes.filter((node) => node.kind === 'folder').map(({ nodeId }) => nodeId),
  ];
  const parentId = folders[other % folders.length] ?? rootNodeId(namespaceId);
  const node = nodes[which % Math.max(1, nodes.length)];
  const name = `${kind} ${at}`;
  switch (kind) {
    case 'mkdir':
      return void (await world.tryOne(member, { type: 'mkdir', parentId, name }));
    case 'put':
      return void (await world.tryPut(member, { parentId, name, text: `text ${at}` }));
    case 'move':
    case 'rename': {
      if (node === undefined) return;
      const place = kind === 'move' ? { parentId, name: node.name } : { parentId: node.parentId, name };
      const { nodeId, placeRev: baseRev } = node;
      return void (await world.tryOne(member, { type: 'move', nodeId, ...place, baseRev }));
    }
    case 'delete': {
      if (node === undefined) return;
      const { nodeId, rev: baseRev } = node;
      const access = await world.stores.namespaces.readAccess({ namespaceId, accountId: member.accountId });
      return void (await world.tryOne(member, { type: 'delete', nodeId, baseRev, baseSeq: access?.head.seq ?? 0 }));
    }
    case 'share':
      if (namespaceId !== ann.namespaceId || node?.kind !== 'folder') return;
      return void (await world.service.invoke('shareFolder', { body: { namespaceId, folderId: node.nodeId } }, ann));
    case 'restore':
    case 'purge': {
      const { entries } = await world.call(member, 'listTrash', { query: { namespaceId } });
      const entry = entries[other % Math.max(1, entries.length)];
      if (entry === undefined) return;
      const { nodeId, deletedAt } = entry;
      if (kind === 'purge') return void (await world.tryOne(member, { type: 'purge', nodeId, deletedAt }));
      return void (await world.tryOne(member, { type: 'restore', nodeId }));
    }
    case 'deliver':
      return;
    case 'outage':
      world.isDown = other % 2 === 0;
  }
}
