import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { epochMs, type NodeId, rootNodeId } from '@syncline/protocol';
import type { NamespaceStore } from '../../lambdas/namespaces/namespace-store.ts';
import { projectNamespace } from '../../lambdas/references/project-namespace.ts';
import { projectNode } from '../../lambdas/references/project-node.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { MemoryRemovableObjects } from '../../lambdas/sweep/memory-removable-objects.ts';
import { MemorySweepIndex } from '../../lambdas/sweep/memory-sweep-index.ts';
import type { RemovableObjects } from '../../lambdas/sweep/removable-objects.ts';
import { runSweep } from '../../lambdas/sweep/run-sweep.ts';
import { CommitWorld, type Intent } from './commit-world.ts';
import { chunkOf, fileOf, type Member, putChunk, textBytes } from './in-memory-member.ts';
import type { InMemoryStores } from './in-memory-stores.ts';
import { interleavedStores } from './interleaved-stores.ts';
import { Interleaver } from './interleaver.ts';
import { SeededRandom } from './seeded-random.ts';

/** A file content that somebody was told is committed. */
export interface Ledgered {
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly text: string;
}

/** One account on the whole service in memory, whose revisions can be purged, with the projection and the sweep. */
export class SweepWorld {
  readonly interleaver: Interleaver;
  readonly world: CommitWorld;
  readonly ledger: Ledgered[] = [];
  readonly #purged = new Set<string>();
  readonly #ports;
  deadLetters = 0;
  /** Happens once, when an object is just about to be removed. */
  meanwhile: (() => Promise<void>) | undefined;
  /** What the sweep's clock is ahead of everybody else's. */
  aheadMs = 0;

  constructor({ seed = 0, faults = 0 } = {}) {
    this.interleaver = new Interleaver({ random: new SeededRandom(`sweep ${seed}`), faults });
    this.world = new CommitWorld({
      seen: (stores) => ({
        ...interleavedStores(this.interleaver, stores),
        namespaces: this.#purgeable(stores) as never,
      }),
    });
    const { stores } = this;
    const { interleaver } = this;
    const index = new MemorySweepIndex(stores);
    const seen = interleavedStores(interleaver, stores);
    this.#ports = {
      ...seen,
      namespaces: this.#purgeable(stores),
      references: interleaver.wrap(stores.references, [
        'beginPass',
        'beginAdding',
        'endAdding',
        'add',
        'drop',
        'beginDropping',
      ]),
      index: interleaver.wrap(index, ['change', 'banObject', 'banPack', 'endPack']),
      removable: interleaver.wrap(this.#watched(new MemoryRemovableObjects(stores)), ['remove']),
      deadLetters: { count: async () => this.deadLetters },
      clock: {
        now: () => epochMs(stores.clock.now() + this.aheadMs),
        sleep: (delayMs: number) => stores.clock.sleep(delayMs),
      },
      meter: stores.telemetry,
    };
  }

  get stores(): InMemoryStores {
    return this.world.service.stores;
  }

  get index() {
    return this.#ports.index;
  }

  /** As the projection sees them: without what was purged. */
  get namespaces() {
    return this.#ports.namespaces;
  }

  join(): Promise<Member> {
    return this.world.device('desk');
  }

  /** Sends a text as a client does; undefined when it was told to try again. */
  async put(member: Member, text: string, file?: { readonly nodeId: NodeId; readonly rev: number }) {
    const bytes = textBytes(text);
    const body = { files: [fileOf(member.namespaceId, [bytes])] };
    const answer = await this.world.service.invoke('initiateUploads', { body }, member);
    if (!answer.ok) return undefined;
    const [upload] = answer.value.uploads;
    if (upload === undefined) throw new Error('every file has an upload');
    for (const missing of upload.missing) putChunk(this.world.service, missing, bytes);
    const place = { parentId: rootNodeId(member.namespaceId), name: `file ${this.ledger.length} ${text}` };
    const base = file === undefined ? { baseRev: 0 } : { nodeId: file.nodeId, baseRev: file.rev };
    const { uploadId } = upload;
    return this.commit(member, text, { type: 'put', ...place, ...base, uploadId, clock: 1, onConflict: 'keep_both' });
  }

  async restore(member: Member, { nodeId, rev, text }: Ledgered) {
    return this.commit(member, text, { type: 'restore', nodeId, rev });
  }

  async commit(member: Member, text: string, intent: Intent): Promise<Ledgered | undefined> {
    const answer = await this.world.service.invoke(
      'commit',
      { body: { operations: this.world.name(member, [intent]) } },
      member,
    );
    const [result] = answer.ok ? answer.value.results : [];
    if (result?.status !== 'committed') return undefined;
    const made = { nodeId: result.node.nodeId, rev: result.node.contentRev, text };
    this.ledger.push(made);
    return made;
  }

  /** What an expiry does: the revision goes, then the node is looked at again. */
  async purge(member: Member, { nodeId, rev }: Ledgered): Promise<void> {
    this.#purged.add(`${nodeId}/${rev}`);
    await this.#persist(() => projectNode(this.#ports, { namespaceId: member.namespaceId, nodeId }));
  }

  /** Also what was committed by requests whose answers were lost. */
  async purgeAll(member: Member): Promise<void> {
    for (const { namespaceId, nodeId } of await this.world.tree(member)) {
      const { revisions } = await this.stores.namespaces.listRevisions({ namespaceId, nodeId, limit: 1000 });
      for (const { rev } of revisions) this.#purged.add(`${nodeId}/${rev}`);
      await this.#persist(() => projectNode(this.#ports, { namespaceId, nodeId }));
    }
  }

  async project(member: Member): Promise<void> {
    await this.#persist(async () => {
      const seq = await this.world.head(member);
      await projectNamespace(this.#ports, member.namespaceId, { epoch: 1, seq });
    });
  }

  async sweep(isDry = false) {
    try {
      return await runSweep(this.#ports, { isDry });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      return undefined;
    }
  }

  /** As if runs of the sweep had gone on for this long, without anything to do. */
  async age(byMs: number): Promise<void> {
    this.stores.clock.advance(byMs);
    const progress = await this.index.readProgress();
    if (progress === undefined) return;
    const { after: _after, ...rest } = progress;
    const wallAt = this.#ports.clock.now();
    await this.index.writeProgress({ ...rest, wallAt, phase: 'heads', sweepAt: progress.sweepAt + byMs });
  }

  retained(): readonly Ledgered[] {
    return this.ledger.filter(({ nodeId, rev }) => !this.#purged.has(`${nodeId}/${rev}`));
  }

  /** I-1 and I-3: every chunk of every retained revision is where its record says, and is what its hash says. */
  async expectKept(): Promise<void> {
    const { chunks, objects } = this.stores;
    for (const { text } of this.retained()) {
      const { hash, size } = chunkOf(textBytes(text));
      const record = (await chunks.locate('shared', [hash])).get(hash);
      const bytes = record && (await objects.read(record.objectKey, { offset: record.offset, length: size }));
      expect([text, bytes && createHash('sha256').update(bytes).digest('hex')]).toEqual([text, hash]);
    }
  }

  #watched(removable: RemovableObjects): RemovableObjects {
    return {
      list: (kind, segment) => removable.list(kind, segment),
      remove: async (object) => {
        const { meanwhile } = this;
        this.meanwhile = undefined;
        await meanwhile?.();
        await removable.remove(object);
      },
    };
  }

  #purgeable(stores: InMemoryStores): NamespaceStore {
    const wrapped = this.interleaver.wrap(stores.namespaces, ['commit']);
    const isKept = (nodeId: NodeId, rev: number) => !this.#purged.has(`${nodeId}/${rev}`);
    return new Proxy(wrapped, {
      get: (target, name) => {
        if (name === 'getRevision') {
          return async (key: Parameters<NamespaceStore['getRevision']>[0]) =>
            isKept(key.nodeId, key.rev) ? target.getRevision(key) : undefined;
        }
        if (name === 'listRevisions') {
          return async (page: Parameters<NamespaceStore['listRevisions']>[0]) => {
            const { revisions, ...rest } = await target.listRevisions(page);
            return { ...rest, revisions: revisions.filter(({ nodeId, rev }) => isKept(nodeId, rev)) };
          };
        }
        return Reflect.get(target, name, target) as unknown;
      },
    });
  }

  async #persist(call: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await call();
        return;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
      }
    }
  }
}
