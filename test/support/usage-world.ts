import { expect } from '@jest/globals';
import { epochMs, type NamespaceId, type NodeId, type OperationResult, rootNodeId } from '@syncline/protocol';
import { createExpiryHandler } from '../../lambdas/history/create-expiry-handler.ts';
import type { NamespaceHead, StoredNode } from '../../lambdas/namespaces/namespace-store.ts';
import { projectNamespace } from '../../lambdas/references/project-namespace.ts';
import { settleRemainders } from '../../lambdas/remainders/settle-remainders.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import type { Intent, PutIntent } from './commit-world.ts';
import type { Member } from './in-memory-member.ts';
import { Interleaver } from './interleaver.ts';
import { SeededRandom } from './seeded-random.ts';
import { inside, SharedWorld } from './shared-world.ts';

const ALL = 100_000;
/** Requests whose answers are lost now and then are repeated so often. */
const TRIES_MAX = 200;

/** What a home and the folders that were shared from it hold, counted the long way round. */
export interface Recount {
  /** Live, and reachable. */
  readonly logical: number;
  /** Deleted by itself or with a folder, and not gone for good. */
  readonly trash: number;
  readonly retained: number;
}

/** A home whose owner shares folders of it, with the workers in the background, of which any may die at any call. */
export class UsageWorld extends SharedWorld {
  readonly interleaver: Interleaver;
  readonly random: SeededRandom;
  /** The home, and what was shared from it. */
  readonly namespaceIds: NamespaceId[] = [];
  readonly #nodeIds = new Set<NodeId>();
  readonly #read = new Map<NamespaceId, number>();

  constructor({ seed = 0, faults = 0, quotaBytes = 1_000_000 } = {}) {
    const interleaver = new Interleaver({ random: new SeededRandom(`usage ${seed}`), faults });
    super({
      quotaBytes,
      seen: (stores) => ({ ...stores, namespaces: interleaver.wrap(stores.namespaces, ['commit']) }),
    });
    this.interleaver = interleaver;
    this.random = new SeededRandom(`what is done ${seed}`);
  }

  get ports() {
    const { stores } = this.service;
    const { interleaver } = this;
    return {
      ...stores,
      namespaces: interleaver.wrap(stores.namespaces, ['commit', 'writeExpiry']),
      remainders: interleaver.wrap(stores.remainders, ['list', 'end']),
      references: interleaver.wrap(stores.references, ['beginPass', 'endAdding', 'drop', 'endDropping']),
      meter: stores.telemetry,
    };
  }

  async openHome(subject: string): Promise<Member> {
    const owner = await this.person(subject);
    this.namespaceIds.push(owner.namespaceId);
    return owner;
  }

  /** One step of a worker, or what of it was done when it died. */
  async settle(): Promise<void> {
    const [home] = this.namespaceIds;
    if (home === undefined) return;
    await this.mayDie(() => settleRemainders(this.ports, home, epochMs(this.service.stores.clock.now() + 60_000)));
  }

  async expire(): Promise<void> {
    await this.mayDie(() => createExpiryHandler(this.ports)({}, { awsRequestId: 'expiry' }));
  }

  async project(): Promise<void> {
    for (const namespaceId of this.namespaceIds) {
      const seq = this.service.stores.namespaces.head(namespaceId)?.seq ?? 0;
      await this.mayDie(() => projectNamespace(this.ports, namespaceId, { epoch: 1, seq }));
    }
  }

  /** Whatever is left is done, by workers that do not die. */
  async comeToRest(): Promise<void> {
    const [home] = this.namespaceIds;
    const { stores } = this.service;
    if (home === undefined) return;
    const until = epochMs(stores.clock.now() + 3_600_000);
    expect(await settleRemainders({ ...stores, meter: stores.telemetry }, home, until)).toBe(true);
    expect(await stores.remainders.list(home, ALL)).toEqual([]);
  }

  /** One change that a person makes, again until it is answered by something else than that the service is busy. */
  async change(
    member: Member,
    intent: Intent | (PutIntent & { readonly type?: undefined }),
  ): Promise<OperationResult | undefined> {
    const named = intent.type === undefined ? await this.putOperation(member, intent) : intent;
    const operations = this.name(member, [named]);
    for (let tries = 1; tries < TRIES_MAX; tries++) {
      const answer = await this.service.invoke('commit', { body: { operations } }, member);
      if (!answer.ok && answer.problem.code !== 'unavailable') return undefined;
      const [result] = answer.ok ? answer.value.results : [];
      const code = result?.status === 'error' ? result.error.code : undefined;
      if (result !== undefined && code !== 'unavailable') return result;
    }
    throw new Error('the service did not come to an answer');
  }

  homeHead(): NamespaceHead {
    const [home] = this.namespaceIds;
    const head = home === undefined ? undefined : this.service.stores.namespaces.head(home);
    if (head === undefined) throw new Error('there is a home');
    return head;
  }

  counted(): Recount {
    const { bytesLogical: logical, bytesTrash: trash = 0, bytesRetained: retained } = this.homeHead();
    return { logical, trash, retained };
  }

  /**
   * What holds between any two steps: each file that is not deleted by itself counts, less what the rows of folders in the trash say was taken off;
   * and every revision that has a row is retained.
   */
  async expectLedger(): Promise<void> {
    const rows = await this.rows();
    const files = rows.filter(({ kind, deletedAt }) => kind === 'file' && deletedAt === undefined);
    const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);
    const freed = sum(rows.map(({ freedBytes = 0 }) => freedBytes));
    const inTrash = rows.filter(({ deletedAt, purgedAt }) => deletedAt !== undefined && purgedAt === undefined);
    expect(this.counted()).toEqual({
      logical: sum(files.map(({ size }) => size)) - freed,
      trash: sum(inTrash.map(({ kind, size, freedBytes = 0 }) => (kind === 'file' ? size : freedBytes))),
      retained: await this.retained(),
    });
  }

  /** I-23 at rest, by walking over what people see: the trees, and what the trash holds. */
  async expectRecount(): Promise<void> {
    const rows = new Map((await this.rows()).map((row) => [row.nodeId, row]));
    const roots = new Set<NodeId>(this.namespaceIds.map((namespaceId) => rootNodeId(namespaceId)));
    const whereIs = (node: StoredNode): 'live' | 'trash' | 'gone' => {
      let state: 'live' | 'trash' = 'live';
      for (let next: StoredNode | undefined = node; ; ) {
        if (next === undefined || next.purgedAt !== undefined) return 'gone';
        // What was deleted before its folder was, stays in the trash by itself.
        if (next.deletedAt !== undefined && next.kind !== 'mount') return 'trash';
        if (roots.has(next.parentId)) return state;
        next = rows.get(next.parentId);
        state = 'live';
      }
    };
    const counts = { live: 0, trash: 0, gone: 0 };
    for (const node of rows.values()) if (node.kind === 'file') counts[whereIs(node)] += node.size;
    expect(counts.gone).toBe(0);
    expect(this.counted()).toEqual({ logical: counts.live, trash: counts.trash, retained: await this.retained() });
  }

  async rows(): Promise<readonly StoredNode[]> {
    const { namespaces } = this.service.stores;
    for (const namespaceId of this.namespaceIds) {
      const after = this.#read.get(namespaceId) ?? 0;
      const entries = await namespaces.listEntries({ namespaceId, after, limit: ALL });
      for (const { node, seq } of entries) {
        this.#nodeIds.add(node.nodeId);
        this.#read.set(namespaceId, seq);
      }
    }
    return [...(await namespaces.getNodes(this.homeHead().namespaceId, [...this.#nodeIds])).values()];
  }

  /** The bytes of all revisions that have a row. */
  async retained(): Promise<number> {
    const { namespaceId } = this.homeHead();
    await this.rows();
    let bytes = 0;
    for (const nodeId of this.#nodeIds) {
      const { revisions } = await this.service.stores.namespaces.listRevisions({ namespaceId, nodeId, limit: ALL });
      for (const { size } of revisions) bytes += size;
    }
    return bytes;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random.fraction() * from.length)];
  }

  in(member: Member, namespaceId: NamespaceId): Member {
    return inside(member, namespaceId);
  }

  private async mayDie(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
}
