import { type NodeId, type Operation, opId, rootNodeId, type UploadId } from '@syncline/protocol';
import { chunkOf, fileOf, type Member, textBytes } from '../support/in-memory-member.ts';
import type { Chance } from './chance.ts';
import type { Invariant } from './invariant-violation.ts';
import type { JournalOracle } from './journal-oracle.ts';
import type { SimulatedDevice, World } from './simulated-device.ts';

/** What somebody tries who has an account of the deployment, knows ids, hashes and cursors of others, and has none of their bytes. */
export type Probe = 'claim-hash' | 'skip-sending' | 'read-node' | 'list-tree' | 'change-tree' | 'use-cursor';

export const PROBES: readonly Probe[] = [
  'claim-hash',
  'skip-sending',
  'read-node',
  'list-tree',
  'change-tree',
  'use-cursor',
];

/** Tries what must not succeed. */
export class Prober {
  readonly #world: World;
  readonly #member: Member;
  readonly #chance: Chance;
  #probes = 0;

  constructor(world: World, member: Member) {
    this.#world = world;
    this.#member = member;
    this.#chance = world.stage.chance.fork('prober');
  }

  async probe(what: Probe, victim: SimulatedDevice): Promise<void> {
    this.#probes += 1;
    this.#world.stage.tell('prober', () => what);
    switch (what) {
      case 'claim-hash':
        return this.#claimHash(victim);
      case 'skip-sending':
        return this.#expectNothing('I-1', await this.#commitUnsent(`never sent ${this.#probes}`));
      case 'read-node':
        return this.#readNode(victim);
      case 'list-tree': {
        const query = { namespaceId: victim.namespaceId };
        const tree = await this.#world.service.inMemory.invoke('listTree', { query }, this.#member);
        return this.#expectRefused(what, tree);
      }
      case 'change-tree':
        return this.#changeTree(victim);
      case 'use-cursor': {
        const { cursor } = victim.store.load().position;
        if (cursor === undefined) return;
        const changes = await this.#world.service.inMemory.invoke('listChanges', { query: { cursor } }, this.#member);
        return this.#expectRefused(what, changes);
      }
    }
  }

  /** Knows the hash of a file of somebody else, and says to have its bytes. */
  async #claimHash(victim: SimulatedDevice): Promise<void> {
    const node = this.#someFile(victim);
    const text = node?.contentHash === undefined ? undefined : this.#world.ledger.textOf(node.contentHash);
    if (text === undefined || text === '') return;
    this.#expectNothing('I-18', await this.#commitUnsent(text));
  }

  /** Opens an upload, claims that all of it is stored, proves with a guess, and commits. */
  async #commitUnsent(text: string): Promise<boolean> {
    const { inMemory } = this.#world.service;
    const bytes = textBytes(text);
    const { namespaceId } = this.#member;
    const opened = await inMemory.invoke(
      'initiateUploads',
      { body: { files: [fileOf(namespaceId, [bytes])] } },
      this.#member,
    );
    const upload = opened.ok ? opened.value.uploads[0] : undefined;
    if (upload === undefined) return false;
    const { hash } = chunkOf(bytes);
    const body = { hashes: [hash], stored: [hash], proofs: [{ hash, proof: '0'.repeat(64) }] };
    await inMemory.invoke('checkChunks', { parameters: { uploadId: upload.uploadId }, body }, this.#member);
    return this.#commit(this.#put(upload.uploadId));
  }

  #put(uploadId: UploadId): Operation {
    const { namespaceId } = this.#member;
    return {
      ...this.#named(namespaceId),
      type: 'put',
      parentId: rootNodeId(namespaceId),
      name: `probe ${this.#probes}`,
      baseRev: 0,
      uploadId,
      clock: 1,
      onConflict: 'keep_both',
    };
  }

  async #readNode(victim: SimulatedDevice): Promise<void> {
    const node = this.#someFile(victim);
    if (node === undefined) return;
    for (const query of [{}, { namespaceId: victim.namespaceId }]) {
      const parameters = { nodeId: node.nodeId };
      const content = await this.#world.service.inMemory.invoke('getContent', { parameters, query }, this.#member);
      this.#expectRefused('read-node', content);
    }
  }

  async #changeTree(victim: SimulatedDevice): Promise<void> {
    const { namespaceId } = victim;
    const node = this.#someFile(victim);
    const nodeId: NodeId = node?.nodeId ?? rootNodeId(namespaceId);
    const baseRev = node?.rev ?? 1;
    const operation: Operation = this.#chance.happens(0.5)
      ? { ...this.#named(namespaceId), type: 'delete', nodeId, baseRev }
      : { ...this.#named(namespaceId), type: 'mkdir', parentId: rootNodeId(namespaceId), name: 'probe' };
    this.#expectNothing('I-18', await this.#commit(operation));
  }

  #named(namespaceId: Operation['namespaceId']) {
    return { opId: opId(`0${`${this.#probes}`.padStart(25, '0')}`, 0), namespaceId };
  }

  async #commit(operation: Operation): Promise<boolean> {
    const answer = await this.#world.service.inMemory.invoke(
      'commit',
      { body: { operations: [operation] } },
      this.#member,
    );
    return answer.ok && answer.value.results[0]?.status === 'committed';
  }

  #someFile({ namespaceId }: SimulatedDevice) {
    const oracle: JournalOracle = this.#world.service.oracle(namespaceId);
    const files = [...oracle.nodes.values()].filter(({ kind }) => kind === 'file');
    return files.length === 0 ? undefined : this.#chance.pick(files);
  }

  #expectNothing(invariant: Invariant, isCommitted: boolean): void {
    this.#world.stage.check(!isCommitted, invariant, () => 'a probe was committed');
  }

  #expectRefused(what: Probe, answer: { readonly ok: boolean }): void {
    this.#world.stage.check(!answer.ok, 'I-18', () => `the probe ${what} was answered: ${JSON.stringify(answer)}`);
  }
}
