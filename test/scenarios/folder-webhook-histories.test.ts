import { expect, test } from '@jest/globals';
import { assert, type ChangeType, HOUR_MS, type Node, type NodeId, rootNodeId, SECOND_MS } from '@syncline/protocol';
import * as fc from 'fast-check';
import type { Intent } from '../support/commit-world.ts';
import { FollowedFolder, KnownTree } from '../support/followed-folder.ts';
import type { Member } from '../support/in-memory-member.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type Receiver, WebhookWorld } from '../support/webhook-world.ts';

const A_MINUTE = 60;

interface Step {
  readonly what:
    | 'mkdir'
    | 'put'
    | 'edit'
    | 'move'
    | 'delete'
    | 'restore'
    | 'purge'
    | 'share'
    | 'follow'
    | 'pass'
    | 'stream'
    | 'deliver'
    | 'answer';
  /** Which nodes it is about, as far as it is about any. */
  readonly first: number;
  readonly second: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom<Step['what'][]>(
    ...(['mkdir', 'mkdir', 'put', 'put', 'edit', 'move', 'move', 'move', 'move', 'delete', 'delete'] as const),
    ...(['restore', 'restore', 'restore', 'purge', 'purge', 'share', 'follow'] as const),
    ...(['pass', 'pass', 'stream', 'deliver', 'answer'] as const),
  ),
  first: fc.nat(1000),
  second: fc.nat(1000),
});

/** Somebody who changes a tree at random, and folders in it that are followed. */
class FolderHistory {
  readonly world: WebhookWorld;
  readonly followed: { readonly folder: FollowedFolder; readonly receiver: Receiver; readonly from: number }[] = [];
  readonly #ann: Member;
  readonly #tree: KnownTree;
  readonly #nodes = new Map<NodeId, Node>();
  #names = 0;
  #isChanging = false;

  private constructor(world: WebhookWorld, ann: Member) {
    this.world = world;
    this.#ann = ann;
    this.#tree = new KnownTree(rootNodeId(ann.namespaceId));
  }

  static async open(seed: string): Promise<FolderHistory> {
    const world = new WebhookWorld(new SeededRandom(seed));
    const history = new FolderHistory(world, await world.person('ann'));
    // Four folders, each in the one before or beside it, of which two are followed.
    for (const second of [0, 1, 2, 1]) await history.change({ what: 'mkdir', first: 0, second });
    for (const index of [1, 2]) await history.#follow(index);
    await world.pass(A_MINUTE);
    return history;
  }

  get isChanging(): boolean {
    return this.#isChanging;
  }

  async take({ what, first, second }: Step): Promise<void> {
    const { world } = this;
    const receiver = this.followed[first % Math.max(1, this.followed.length)]?.receiver;
    // An even one is too short for everything to be delivered.
    if (what === 'pass') await world.pass(second % 2 === 0 ? 3 : A_MINUTE);
    else if (what === 'stream') await world.stream();
    else if (what === 'deliver') await world.deliver();
    else if (what === 'follow') await this.#follow(first);
    else if (what === 'share') await this.#share(first);
    else if (what !== 'answer') await this.change({ what, first, second });
    else if (receiver !== undefined) {
      receiver.answer = () => (second % 2 === 0 ? { kind: 'answered', status: 500 } : { kind: 'unreachable' });
    }
  }

  /** One change of the tree, if it can be made. */
  async change({ what, first, second }: Step): Promise<void> {
    const intent = await this.#intentOf(what, { node: this.#pick(first), folder: this.#pickFolder(second) });
    if (intent === undefined || this.#isChanging) return;
    this.#isChanging = true;
    try {
      const result = await this.world.tryOne(this.#ann, intent);
      if (result.status === 'committed') await this.#note(result.node, TYPES[intent.type]);
    } finally {
      this.#isChanging = false;
    }
  }

  /** Everything is delivered that is on its way, and everybody takes it. */
  async settle(): Promise<void> {
    for (const { receiver } of this.followed) receiver.answer = () => ({ kind: 'answered', status: 204 });
    await this.world.pass((5 * HOUR_MS) / SECOND_MS);
  }

  /** What was due was told, by a message that reaches as far. */
  expectTold(): void {
    for (const { folder, receiver } of this.followed) {
      const due = folder.settle();
      expect(receiver.heard.reduce((most, { data }) => Math.max(most, data.seq), 0)).toBeGreaterThanOrEqual(due);
    }
  }

  /** Between what a message tells and what was told before, there is a reason for it. */
  expectReasons(): void {
    for (const { folder, receiver, from } of this.followed) {
      let told = from;
      for (const { data } of receiver.heard) {
        expect(folder.hasReason(told, data.seq)).toBe(true);
        told = data.seq;
      }
    }
  }

  async expectStanding(): Promise<void> {
    for (const { folder, receiver } of this.followed) {
      const state = await this.world.stateOf(this.#ann, receiver);
      const said = state?.end ?? (state?.restingSince === undefined ? 'live' : 'trashed');
      expect(said.replace('folder_', '')).toBe(folder.standing());
    }
  }

  async #follow(index: number): Promise<void> {
    const node = this.#pick(index);
    if (node?.kind !== 'folder' || this.followed.length >= 8) return;
    const folder = new FollowedFolder(this.#tree, node.nodeId);
    if (folder.standing() !== 'live') return;
    const from = await this.world.head(this.#ann);
    const receiver = await this.world.follow(this.#ann, this.#ann.namespaceId, node.nodeId);
    this.followed.push({ folder, receiver, from });
  }

  async #share(index: number): Promise<void> {
    const node = this.#pick(index);
    // Most are refused, which is no matter; of what is shared there is nothing more to tell.
    if (node?.kind !== 'folder' || index % 5 !== 0) return;
    const { namespaceId } = this.#ann;
    const body = { namespaceId, folderId: node.nodeId };
    const answer = await this.world.service.invoke('shareFolder', { body }, this.#ann);
    if (answer.ok) await this.#note(answer.value.mount, 'mounted');
  }

  async #note(node: Node, type: ChangeType): Promise<void> {
    const { nodeId, rev } = node;
    if (this.#nodes.get(nodeId)?.rev === rev) return;
    this.#nodes.set(nodeId, node);
    const touched = this.#tree.change(node, type);
    const seq = await this.world.head(this.#ann);
    for (const { folder } of this.followed) folder.see(seq, touched);
  }

  #pick(index: number): Node | undefined {
    const nodes = [...this.#nodes.values()];
    return nodes[index % Math.max(1, nodes.length)];
  }

  #pickFolder(index: number): NodeId {
    const folders = [...this.#nodes.values()].filter(({ kind }) => kind === 'folder').map(({ nodeId }) => nodeId);
    const choices = [this.#tree.rootId, ...folders];
    return choices[index % choices.length] ?? this.#tree.rootId;
  }

  async #intentOf(
    what: Step['what'],
    { node, folder: parentId }: { readonly node: Node | undefined; readonly folder: NodeId },
  ): Promise<Intent | undefined> {
    const name = `n${this.#names++}`;
    if (what === 'mkdir') return { type: 'mkdir', parentId, name };
    if (what === 'put') return this.world.putOperation(this.#ann, { parentId, name, text: name });
    if (node === undefined) return undefined;
    const { nodeId, rev: baseRev } = node;
    if (what === 'move') return { type: 'move', nodeId, baseRev, parentId, name };
    if (what === 'restore') {
      return this.#names % 2 === 0 ? { type: 'restore', nodeId } : { type: 'restore', nodeId, parentId, name };
    }
    if (what === 'purge' && node.deletedAt !== undefined) return { type: 'purge', nodeId, deletedAt: node.deletedAt };
    if (what === 'delete') return { type: 'delete', nodeId, baseRev, baseSeq: await this.world.head(this.#ann) };
    if (what !== 'edit' || node.kind !== 'file') return undefined;
    return this.world.putOperation(this.#ann, {
      nodeId,
      parentId: node.parentId,
      name: node.name,
      baseRev,
      text: name,
    });
  }
}

const TYPES = {
  mkdir: 'created',
  put: 'modified',
  move: 'moved',
  delete: 'deleted',
  restore: 'restored',
  purge: 'purged',
  copy: 'created',
} as const satisfies Record<Intent['type'], ChangeType>;

test('a receiver of a folder is told of every change in it, and of none elsewhere, whatever is moved, deleted, restored, purged and shared', async () => {
  let messages = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const history = await FolderHistory.open('calm');
      for (const one of steps) {
        if (one.what === 'answer') continue;
        await history.take(one);
        if (one.what !== 'pass' || one.second % 2 === 0) continue;
        history.expectTold();
        await history.expectStanding();
      }
      await history.settle();
      history.expectTold();
      history.expectReasons();
      await history.expectStanding();
      messages += history.followed.reduce((sum, { receiver }) => sum + receiver.heard.length, 0);
    }),
    { numRuns: propertyCases(150) },
  );
  expect(messages).toBeGreaterThan(300);
});

test('whatever fails, and whatever is changed while a delivery reads, no change in a followed folder is missed', async () => {
  let interleaved = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 80 }),
      fc.array(step, { maxLength: 20 }),
      fc.string({ maxLength: 8 }),
      async (steps, between, seed) => {
        const history = await FolderHistory.open(seed);
        const { world } = history;
        const { namespaces } = world.stores;
        const getNodes = namespaces.getNodes.bind(namespaces);
        const deliver = world.deliver.bind(world);
        const left = [...between];
        world.deliver = async () => {
          namespaces.getNodes = async (...keys) => {
            const next = history.isChanging ? undefined : left.pop();
            if (next !== undefined) await history.change(next);
            if (next !== undefined) interleaved += 1;
            return getNodes(...keys);
          };
          const handled = await deliver();
          namespaces.getNodes = getNodes;
          return handled;
        };
        for (const one of steps) {
          world.faults = 0.2;
          await history.take(one);
        }
        world.faults = 0;
        await history.settle();
        left.length = 0;
        await history.settle();
        history.expectTold();
        await history.expectStanding();
        assert(world.stores.deliveries.waiting === 0, 'everything was delivered');
      },
    ),
    { numRuns: propertyCases(150) },
  );
  expect(interleaved).toBeGreaterThan(100);
});
