import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { DAY_MS, type NamespaceId, type Node, unpackManifest } from '@syncline/protocol';
import { createExpiryHandler } from '../../lambdas/history/create-expiry-handler.ts';
import { createProjectHandler, type ProjectedEntry } from '../../lambdas/references/create-project-handler.ts';
import { MemoryRemovableObjects } from '../../lambdas/sweep/memory-removable-objects.ts';
import { MemorySweepIndex } from '../../lambdas/sweep/memory-sweep-index.ts';
import { runSweep } from '../../lambdas/sweep/run-sweep.ts';
import type { Member } from './in-memory-member.ts';
import { inside, SharedWorld } from './shared-world.ts';

/** One account that shares folders, with everything that lets go and removes: the projection, the expiry and the sweep, as they are deployed. */
export class SweptHistory {
  readonly world = new SharedWorld();
  readonly #index: MemorySweepIndex;
  readonly #places: Member[] = [];

  constructor() {
    this.#index = new MemorySweepIndex(this.stores);
  }

  get stores() {
    return this.world.service.stores;
  }

  async join(): Promise<void> {
    this.#places.push(await this.world.person('ann'));
  }

  /** The account in its home and in the folders that it has shared, one after the other, round and round. */
  place(which: number): Member {
    return this.#places[which % this.#places.length] as Member;
  }

  async share(folder: Node): Promise<void> {
    const answer = await this.world.service.invoke(
      'shareFolder',
      { body: { namespaceId: folder.namespaceId, folderId: folder.nodeId } },
      this.place(0),
    );
    if (answer.ok) this.#places.push(inside(this.place(0), answer.value.folder.namespaceId));
  }

  async tree(member: Member): Promise<readonly Node[]> {
    const { namespaceId } = member;
    return (await this.world.call(member, 'listTree', { query: { namespaceId } })).nodes;
  }

  async trash(member: Member) {
    const { namespaceId } = member;
    return (await this.world.call(member, 'listTrash', { query: { namespaceId } })).entries;
  }

  async project(): Promise<void> {
    const { stores } = this;
    const consume = createProjectHandler({
      ...stores,
      indexTasks: undefined,
      decodeEntry: (image) => image as ProjectedEntry,
    });
    const records = stores.namespaces.takeAppended().map((entry, index) => ({
      eventName: 'INSERT' as const,
      dynamodb: { SequenceNumber: `${index}`, NewImage: entry },
    }));
    expect(await consume({ Records: records }, { awsRequestId: 'project' })).toEqual({ batchItemFailures: [] });
  }

  async expire(): Promise<void> {
    const summary = await createExpiryHandler(this.stores)({}, { awsRequestId: 'expiry' });
    expect(summary).toMatchObject({ failed: 0 });
  }

  async sweep(): Promise<void> {
    const { stores } = this;
    const report = await runSweep(
      {
        ...stores,
        index: this.#index,
        removable: new MemoryRemovableObjects(stores),
        deadLetters: { count: async () => 0 },
        meter: stores.telemetry,
      },
      { isDry: false },
    );
    expect(report).not.toHaveProperty('stopped');
    expect(report.counts).not.toHaveProperty('chunks lost');
    expect(report.counts).not.toHaveProperty('objects unrecorded');
  }

  /** As if runs of the sweep had gone on for this long. */
  async age(days: number): Promise<void> {
    this.stores.clock.advance(days * DAY_MS);
    const progress = await this.#index.readProgress();
    if (progress === undefined) return;
    const { after: _after, ...rest } = progress;
    const wallAt = this.stores.clock.now();
    await this.#index.writeProgress({ ...rest, wallAt, phase: 'heads', sweepAt: progress.sweepAt + days * DAY_MS });
  }

  /** I-1 and I-3: every chunk of every content that is there lies where its record says, and is what its hash says. Answers how many contents are. */
  async expectKept(): Promise<number> {
    const { namespaces, chunks, objects } = this.stores;
    let contents = 0;
    for (const { namespaceId, nodeId } of namespaces.listFiles()) {
      const { revisions } = await namespaces.listRevisions({ namespaceId, nodeId, limit: 1000 });
      for (const { manifest = new Uint8Array(0), domain, rev } of revisions) {
        contents += 1;
        const hashes = unpackManifest(manifest).map(({ hash }) => hash);
        const records = await chunks.locate(domain, hashes);
        for (const hash of hashes) {
          const record = records.get(hash);
          const range = record && { offset: record.offset, length: record.size };
          const bytes = record && (await objects.read(record.objectKey, range));
          expect([nodeId, rev, bytes && createHash('sha256').update(bytes).digest('hex')]).toEqual([nodeId, rev, hash]);
        }
      }
    }
    return contents;
  }

  /** Deletes everything that anybody can see. */
  async deleteAll(): Promise<void> {
    for (const member of this.#places) {
      for (const node of await this.tree(member)) {
        if (node.kind === 'mount') continue;
        const baseSeq = await this.#seq(member.namespaceId);
        await this.world.tryOne(member, { type: 'delete', nodeId: node.nodeId, baseRev: node.rev, baseSeq });
      }
    }
  }

  async #seq(namespaceId: NamespaceId): Promise<number> {
    return this.stores.namespaces.head(namespaceId)?.seq ?? 0;
  }
}
