import { expect, test } from '@jest/globals';
import {
  assert,
  type ContentHash,
  encodeUlid,
  type Node,
  NodeId,
  type Operation,
  type OperationResult,
  rootNodeId,
  unpackManifest,
} from '@syncline/protocol';
import fc from 'fast-check';
import { commitOperations } from '../../lambdas/journal/commit-operations.ts';
import { readCursor, signCursor } from '../../lambdas/journal/cursor-codec.ts';
import { decideOperation } from '../../lambdas/journal/decide-operation.ts';
import { listChanges } from '../../lambdas/journal/list-changes.ts';
import { readToldContent } from '../../lambdas/journal/told-content.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { expectFold, expectJournal, expectTree, foldChanges, readFacts } from '../support/commit-invariants.ts';
import { CommitWorld, type Intent, type PutIntent } from '../support/commit-world.ts';
import type { Member } from '../support/in-memory-member.ts';
import { Interleaver } from '../support/interleaver.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const DEVICES = 4;
const ROUNDS = 5;
/** Histories of one quick run; `npm run nightly` asks for more. */
const RUNS = fc.readConfigureGlobal().numRuns ?? 40;
const SENDS_MAX = 60;
const STRATEGIES = ['keep_both', 'keep_mine', 'keep_theirs', 'last_write_wins', 'fail'] as const;
const NAMES = ['a', 'A', 'b.txt', 'B.TXT', 'straße', 'STRASSE', 'c'];

/** What a device believes: the tree as it was when it last looked, which may be long ago. */
interface Belief {
  readonly seq: number;
  readonly nodes: readonly Node[];
}

/** A history of one namespace: devices that act at one time, on what they believe, over stores that lose answers. */
class History {
  readonly world: CommitWorld;
  readonly random: SeededRandom;
  readonly interleaver: Interleaver;
  readonly ports;
  readonly acknowledged = new Map<NodeId, Set<ContentHash>>();
  readonly results = new Map<string, OperationResult>();
  #texts = 0;

  constructor(seed: number, faults: number) {
    this.world = new CommitWorld({ seed: `stores ${seed}` });
    this.random = new SeededRandom(`history ${seed}`);
    this.interleaver = new Interleaver({ random: new SeededRandom(`order ${seed}`), faults });
    const { stores } = this.world.service;
    this.ports = {
      ...stores,
      decide: decideOperation,
      readToldContent: readToldContent('deployment'),
      namespaces: this.interleaver.wrap(stores.namespaces, ['commit']),
      uploads: this.interleaver.wrap(stores.uploads),
      chunks: this.interleaver.wrap(stores.chunks, ['recordStored', 'pin']),
      objects: this.interleaver.wrap(stores.objects),
    };
  }

  pick<T>(choices: readonly T[]): T {
    assert(choices.length > 0, 'there is something to choose from');
    return choices[Math.floor(this.random.fraction() * choices.length)] as T;
  }

  /** Sends a request as often as it takes, as a client does, and keeps what was answered. */
  async send(member: Member, operations: readonly Operation[]): Promise<void> {
    const { accountId } = member;
    const device = await this.ports.accounts.getDevice(accountId, member.deviceId);
    assert(device !== undefined, 'a member has a device');
    let open = operations;
    for (let sends = 0; open.length > 0; sends++) {
      assert(sends < SENDS_MAX, 'a request is answered at last');
      const caller = { accountId, device };
      const answered = await commitOperations(this.ports, { operations: open }, caller).catch((error: unknown) => {
        if (error instanceof UnavailableError) return undefined;
        throw error;
      });
      for (const result of answered?.results ?? []) this.keep(member, open, result);
      const settled = new Set(answered?.results.filter((result) => !isUnavailable(result)).map(({ opId }) => opId));
      open = open.filter(({ opId }) => !settled.has(opId));
    }
  }

  keep(member: Member, operations: readonly Operation[], result: OperationResult): void {
    if (result.status !== 'committed') {
      if (result.status === 'error') expect(result.error.code).not.toBe('internal');
      return;
    }
    // I-8: whoever is answered, and however often, is answered the same.
    const key = `${member.deviceId}/${result.opId}`;
    const before = this.results.get(key);
    if (before !== undefined) expect(result).toEqual(before);
    this.results.set(key, result);
    const operation = operations.find(({ opId }) => opId === result.opId);
    if (operation?.type !== 'put') return;
    const hashes = this.acknowledged.get(result.node.nodeId) ?? new Set();
    const { uploadId = '', content } = operation;
    hashes.add(content?.contentHash ?? (this.contentOf.get(uploadId) as ContentHash));
    this.acknowledged.set(result.node.nodeId, hashes);
  }

  readonly contentOf = new Map<string, ContentHash>();

  async intents(member: Member, belief: Belief): Promise<readonly Intent[]> {
    const count = 1 + Math.floor(this.random.fraction() * 5);
    const intents: Intent[] = [];
    while (intents.length < count) intents.push(...(await this.intent(member, belief)));
    return intents;
  }

  async intent(member: Member, belief: Belief): Promise<readonly Intent[]> {
    const root = rootNodeId(member.namespaceId);
    const folders = belief.nodes.filter(({ kind }) => kind === 'folder');
    const files = belief.nodes.filter(({ kind }) => kind === 'file');
    const parentId = this.pick([root, ...folders.map(({ nodeId }) => nodeId)]);
    const place = { parentId, name: this.pick(NAMES) };
    const node = belief.nodes.length > 0 ? this.pick(belief.nodes) : undefined;
    const file = files.length > 0 ? this.pick(files) : undefined;
    switch (this.pick(['new', 'edit', 'edit', 'mkdir', 'nest', 'move', 'move', 'delete', 'restore', 'copy'] as const)) {
      case 'new':
        return [await this.putIntent(member, { ...place })];
      case 'edit':
        return file === undefined
          ? []
          : [await this.putIntent(member, { ...place, nodeId: file.nodeId, baseRev: file.rev })];
      case 'mkdir':
        return [{ type: 'mkdir', ...place }];
      case 'nest': {
        const newNodeId = NodeId.parse(encodeUlid(this.random.bytes(16)));
        const inner = await this.putIntent(member, { parentId: newNodeId, name: this.pick(NAMES) });
        return [{ type: 'mkdir', ...place, newNodeId }, inner];
      }
      case 'move':
        return node === undefined ? [] : [{ type: 'move', nodeId: node.nodeId, baseRev: node.rev, ...place }];
      case 'delete':
        if (node === undefined) return [];
        return [{ type: 'delete', nodeId: node.nodeId, baseRev: node.rev, baseSeq: belief.seq }];
      case 'restore': {
        if (node === undefined) return [];
        const rev = this.pick([undefined, 1, node.rev]);
        return [{ type: 'restore', nodeId: node.nodeId, ...(rev === undefined ? {} : { rev }) }];
      }
      case 'copy':
        if (file === undefined) return [];
        return [{ type: 'copy', from: { namespaceId: member.namespaceId, nodeId: file.nodeId }, ...place }];
    }
  }

  async putIntent(member: Member, place: Omit<PutIntent, 'text'> & { readonly text?: string }): Promise<Intent> {
    this.#texts += 1;
    const text = this.random.fraction() < 0.2 ? 'the same' : `text ${this.#texts}`;
    const clock = Math.floor(this.random.fraction() * 4);
    const onConflict = this.pick(STRATEGIES);
    const intent = await this.world.putOperation(member, { text, clock, onConflict, ...place });
    assert(intent.type === 'put', 'a put is a put');
    const { uploadId, ...told } = intent;
    assert(uploadId !== undefined, 'it was uploaded');
    const session = (await this.world.service.stores.uploads.get([uploadId])).get(uploadId);
    assert(session?.manifest !== undefined, 'it is short');
    const { size, contentHash, chunking, manifest } = session;
    this.contentOf.set(uploadId, contentHash);
    if (this.random.fraction() < 0.5) return intent;
    return { ...told, content: { size, contentHash, chunking, chunks: [...unpackManifest(manifest)] } };
  }

  /** I-11: pages of 2 from a cursor, while others commit, until there is nothing more. */
  async follow(member: Member, known: Belief & { readonly epoch: number }): Promise<Belief> {
    const { keyRing } = this.ports;
    const { namespaceId, accountId } = member;
    const device = await this.ports.accounts.getDevice(accountId, member.deviceId);
    assert(device !== undefined, 'a member has a device');
    let cursor = await signCursor(keyRing, accountId, {
      positions: [{ namespaceId, epoch: known.epoch, seq: known.seq }],
    });
    let nodes = new Map(known.nodes.map((node) => [node.nodeId, node] as const)) as ReadonlyMap<NodeId, Node>;
    let { seq } = known;
    for (let hasMore = true; hasMore; ) {
      const page = await listChanges(this.ports, { cursor, limit: 2 }, { accountId, device });
      assert(page.kind === 'done', 'a good cursor goes on');
      for (const [index, change] of page.value.changes.entries()) expect(change.seq).toBe(seq + 1 + index);
      nodes = foldChanges(nodes, page.value.changes);
      ({ cursor, hasMore } = page.value);
      seq = (await readCursor(keyRing, accountId, cursor))?.positions[0]?.seq ?? -1;
    }
    return { seq, nodes: [...nodes.values()] };
  }
}

function isUnavailable(result: OperationResult): boolean {
  return result.status === 'error' && result.error.code === 'unavailable';
}

async function checkHistory(history: History, member: Member, follower: Belief): Promise<Belief> {
  const { namespaces } = history.world.service.stores;
  const facts = await readFacts(namespaces, member);
  expectJournal(facts);
  await expectFold(namespaces, member.namespaceId, facts);
  expectTree(facts, member.namespaceId);
  // I-7: what was acknowledged is a content of the node that was answered: present, prior, losing, or of a copy.
  for (const [nodeId, hashes] of history.acknowledged) {
    const kept = new Set(facts.revisions.get(nodeId)?.map(({ contentHash }) => contentHash));
    for (const hash of hashes) expect(kept).toContain(hash);
  }
  // I-10: what was answered at a sequence is told there.
  for (const [key, result] of history.results) {
    if (result.status !== 'committed') continue;
    expect(result.seq).toBeLessThanOrEqual(facts.seq);
    const entry = facts.entries.find(({ deviceId, opId }) => `${deviceId}/${opId}` === key);
    if (entry !== undefined)
      expect({ seq: entry.seq, node: entry.node }).toEqual({ seq: result.seq, node: result.node });
  }
  const folded = foldChanges(new Map(), facts.entries.slice(0, follower.seq));
  expect(new Map(follower.nodes.map((node) => [node.nodeId, node]))).toEqual(folded);
  return { seq: facts.seq, nodes: [...facts.nodes.values()] };
}

async function runHistory(seed: number, faults: number): Promise<number> {
  const history = new History(seed, faults);
  const members = await Promise.all(Array.from({ length: DEVICES }, (_, index) => history.world.device(`d${index}`)));
  const [first] = members;
  assert(first !== undefined, 'there is a device');
  const beliefs = new Map<Member, Belief>(members.map((member) => [member, { seq: 0, nodes: [] }]));
  let followed: Belief = { seq: 0, nodes: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const tasks: (() => Promise<void>)[] = [];
    for (const [member, belief] of beliefs) {
      const operations = history.world.name(member, await history.intents(member, belief));
      tasks.push(() => history.send(member, operations));
      if (history.random.fraction() < 0.5) tasks.push(() => history.send(member, operations));
    }
    tasks.push(async () => {
      followed = await history.follow(first, { ...followed, epoch: 1 });
    });
    await history.interleaver.run(tasks);
    const truth = await checkHistory(history, first, followed);
    for (const member of members) if (history.random.fraction() < 0.6) beliefs.set(member, truth);
  }
  return followed.seq;
}

test('devices that act at one time on old beliefs leave a gapless journal, one tree and every acknowledged byte', async () => {
  let entries = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
      entries += await runHistory(seed, 0);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(entries).toBeGreaterThan(40);
}, 120_000);

test('lost requests and lost answers, repeated by clients, change nothing about that', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
      await runHistory(seed, 0.2);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 120_000);

test('of 32 writers on one revision one wins, and the work of all others stands beside it', async () => {
  const history = new History(32, 0);
  const { world } = history;
  const writers = await Promise.all(Array.from({ length: 32 }, (_, index) => world.device(`writer ${index}`)));
  const [first] = writers;
  assert(first !== undefined, 'there is a writer');
  const { node } = await world.put(first, { name: 'a.txt', text: 'base' });
  const tasks: (() => Promise<void>)[] = [];
  for (const [index, writer] of writers.entries()) {
    const edit = {
      name: 'a.txt',
      nodeId: node.nodeId,
      baseRev: 1,
      text: `by ${index}`,
      onConflict: 'keep_both',
    } as const;
    const operations = world.name(writer, [await history.putIntent(writer, edit)]);
    // Every request is sent twice, at one time.
    tasks.push(
      () => history.send(writer, operations),
      () => history.send(writer, operations),
    );
  }
  await history.interleaver.run(tasks);
  const facts = await readFacts(world.service.stores.namespaces, first);
  expectJournal(facts);
  expect(facts.seq).toBe(33);
  expect(facts.nodes.get(node.nodeId)).toMatchObject({ rev: 2 });
  const names = [...facts.nodes.values()].map(({ name }) => name);
  expect(names.filter((name) => name.includes('conflicted copy'))).toHaveLength(31);
  const texts = await Promise.all([...facts.nodes.keys()].map((nodeId) => world.read(first, nodeId)));
  expect(new Set(texts)).toEqual(new Set(writers.map((_, index) => `by ${index}`)));
}, 120_000);
