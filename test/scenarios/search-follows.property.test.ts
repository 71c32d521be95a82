import { expect, test } from '@jest/globals';
import { assert, type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import * as fc from 'fast-check';
import { followTask } from '../../lambdas/search/follow-task.ts';
import type { IndexTask } from '../../lambdas/search/index-task.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { inside, SharedWorld } from '../support/shared-world.ts';

/** Rounds of deliveries after which nothing can be left to do. */
const ROUNDS_MAX = 200;

/** People who change their trees, and a queue that hands tasks over twice, late, in any order and now and then in vain. */
class FollowedWorld extends SharedWorld {
  readonly #random: SeededRandom;
  readonly #waiting: IndexTask[] = [];

  constructor(random: SeededRandom) {
    super();
    this.#random = random;
  }

  get stores() {
    return this.service.stores;
  }

  /** What the journal's stream makes of what was committed: a task for each namespace that has grown. */
  async streamTasks(): Promise<void> {
    const namespaces = new Set(this.stores.namespaces.takeAppended().map(({ namespaceId }) => namespaceId));
    await this.stores.indexQueue.send([...namespaces].map((namespaceId) => ({ kind: 'journal', namespaceId })));
  }

  /** Hands some tasks over, in an order that is drawn, some of them twice and two at a time. */
  async deliver(share: number): Promise<void> {
    this.#waiting.push(...this.stores.indexQueue.takeTasks());
    const count = Math.ceil(this.#waiting.length * share);
    const chosen = Array.from({ length: count }, () => this.#take());
    for (let at = 0; at < chosen.length; at += 2) {
      await Promise.all(chosen.slice(at, at + 2).map((task) => this.#follow(task)));
    }
  }

  async drain(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await this.streamTasks();
      this.#waiting.push(...this.stores.indexQueue.takeTasks());
      if (this.#waiting.length === 0) return;
      await this.deliver(1);
    }
    throw new Error('the queue never becomes empty');
  }

  #take(): IndexTask {
    const at = Math.floor(this.#random.fraction() * this.#waiting.length);
    const [task] = this.#random.fraction() < 0.2 ? this.#waiting.slice(at, at + 1) : this.#waiting.splice(at, 1);
    assert(task !== undefined, 'a task is waiting');
    return task;
  }

  async #follow(task: IndexTask): Promise<void> {
    const { namespaces, index, indexProgress: progress, indexQueue: queue, telemetry: meter } = this.stores;
    await followTask({ namespaces, index, progress, queue, meter }, task);
  }

  /** All that there is in a namespace, as the tables have it: what is live, and what lies in the trash with all below it. */
  async expected(member: Member, namespaceId: NamespaceId): Promise<readonly string[]> {
    const { namespaces } = this.stores;
    const access = await namespaces.readAccess({ namespaceId, accountId: member.accountId });
    assert(access !== undefined, 'a member has access');
    const found: string[] = [];
    const walk = async (parentId: NodeId, place: Place): Promise<void> => {
      const { nodes } = await namespaces.listChildren({ namespaceId, parentId, limit: 1000 });
      for (const { nodeId, name, kind } of nodes)
        await tell({ nodeId, kind }, { ...place, path: `${place.path}/${name}` });
    };
    const tell = async ({ nodeId, kind }: Pick<Node, 'nodeId' | 'kind'>, place: Place): Promise<void> => {
      found.push(describe(nodeId, place));
      if (kind === 'folder') await walk(nodeId, place);
    };
    await walk(rootNodeId(namespaceId), { path: '', isTrashed: false });
    const { entries } = await this.call(member, 'listTrash', { query: { namespaceId } });
    for (const entry of entries)
      await tell(entry, { path: await this.#pathOf(namespaceId, entry.nodeId), isTrashed: true });
    return found.toSorted();
  }

  /** By the names that all above it have at that moment, be they in the trash. */
  async #pathOf(namespaceId: NamespaceId, nodeId: NodeId): Promise<string> {
    let path = '';
    for (let next = nodeId; next !== rootNodeId(namespaceId); ) {
      const node = (await this.stores.namespaces.getNodes(namespaceId, [next])).get(next);
      assert(node !== undefined, 'what lies in the trash has a way up');
      path = `/${node.name}${path}`;
      next = node.parentId;
    }
    return path;
  }

  indexed(namespaceId: NamespaceId): readonly string[] {
    return this.stores.index
      .documents()
      .filter((document) => document.namespaceId === namespaceId)
      .map((document) => describe(document.nodeId, document))
      .toSorted();
  }
}

interface Place {
  readonly path: string;
  readonly isTrashed: boolean;
}

function describe(nodeId: NodeId, { path, isTrashed }: Place): string {
  return `${nodeId} ${isTrashed ? 'trashed ' : ''}${path}`;
}

const Step = fc.record({
  act: fc.constantFrom('mkdir', 'put', 'move', 'rename', 'delete', 'restore', 'purge', 'share', 'deliver'),
  which: fc.nat(),
  other: fc.nat(),
});
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never;

/** Does a step where it can be done; what the service refuses changes nothing. */
async function act(world: FollowedWorld, ann: Member, { act: kind, which, other }: Step, at: number): Promise<void> {
  const { folders: shared } = await world.call(ann, 'listNamespaces', {});
  const spaces = [ann.namespaceId, ...shared.map(({ namespaceId }) => namespaceId)];
  const namespaceId = spaces[which % spaces.length] ?? ann.namespaceId;
  const member = inside(ann, namespaceId);
  const nodes = (await world.call(member, 'listTree', { query: { namespaceId } })).nodes;
  const folders = [rootNodeId(namespaceId), ...nodes.filter(isFolder).map(({ nodeId }) => nodeId)];
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
      return void (await world.tryOne(member, {
        type: 'move',
        nodeId: node.nodeId,
        ...place,
        baseRev: node.placeRev,
      }));
    }
    case 'delete':
      if (node === undefined) return;
      return void (await world.tryOne(member, {
        type: 'delete',
        nodeId: node.nodeId,
        baseRev: node.rev,
        baseSeq: await headOf(world, member),
      }));
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
  }
}

function isFolder({ kind }: Node): boolean {
  return kind === 'folder';
}

async function headOf(world: FollowedWorld, member: Member): Promise<number> {
  const { namespaceId, accountId } = member;
  const access = await world.stores.namespaces.readAccess({ namespaceId, accountId });
  return access?.head.seq ?? 0;
}

test('whatever was done, and however tasks came, the index has the visible nodes in the end, each in its own namespace', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(Step, { minLength: 1, maxLength: 40 }), async (seed, steps) => {
      const world = new FollowedWorld(new SeededRandom(`search ${seed}`));
      const ann = await world.person('ann');
      for (const [at, step] of steps.entries()) {
        await act(world, ann, step, at);
        await world.streamTasks();
        if (step.act === 'deliver' || step.other % 3 === 0) await world.deliver(0.5);
      }
      await world.drain();
      const { folders } = await world.call(ann, 'listNamespaces', {});
      const spaces = [ann.namespaceId, ...folders.map(({ namespaceId }) => namespaceId)];
      for (const namespaceId of spaces) {
        expect(world.indexed(namespaceId)).toEqual(await world.expected(ann, namespaceId));
      }
    }),
    { numRuns: propertyCases(150) },
  );
});
