import type { EpochMs } from '@syncline/protocol';
import {
  areSameMembers,
  type NewPack,
  type PackIndex,
  type PackName,
  type PackRecord,
  packObjectKey,
} from './pack-index.ts';

/** What is known of packs, in the memory of one process. */
export class MemoryPackIndex implements PackIndex {
  readonly #records = new Map<string, PackRecord>();
  /** Versions of objects of deleted packs that are gone. */
  readonly #ended = new Map<string, string>();

  async record({ now, ...pack }: NewPack & { readonly now: EpochMs }): Promise<boolean> {
    const key = packObjectKey(pack);
    const known = this.#records.get(key);
    const isFree = known === undefined || (known.state === 'deleted' && known.versionId !== pack.versionId);
    if (!isFree && (known.state === 'deleted' || !areSameMembers(known.members, pack.members))) return false;
    this.#records.set(key, { ...pack, state: 'live', recordedAt: now });
    return true;
  }

  async get(name: PackName): Promise<PackRecord | undefined> {
    return this.#records.get(packObjectKey(name));
  }

  async condemn(change: PackName & { readonly restedSince: EpochMs; readonly sweepAt: number }): Promise<boolean> {
    const key = packObjectKey(change);
    const record = this.#records.get(key);
    if (record?.state !== 'live' || record.recordedAt > change.restedSince) return false;
    this.#records.set(key, { ...record, state: 'condemned', condemnedAt: change.sweepAt });
    return true;
  }

  async markDeleted(change: PackName & { readonly condemnedBefore: number }): Promise<boolean> {
    const key = packObjectKey(change);
    const record = this.#records.get(key);
    if (record?.state !== 'condemned' || (record.condemnedAt ?? 0) > change.condemnedBefore) return false;
    this.#records.set(key, { ...record, state: 'deleted' });
    return true;
  }

  /** Packs whose objects may still be there, for the sweep (memory-sweep-index.ts). */
  unended(): readonly PackRecord[] {
    return [...this.#records.values()].filter(
      (pack) => pack.state !== 'deleted' || this.#ended.get(packObjectKey(pack)) !== pack.versionId,
    );
  }

  ban({ now, ...pack }: PackName & { readonly versionId: string; readonly now: EpochMs }): boolean {
    const key = packObjectKey(pack);
    if (this.#records.has(key)) return false;
    this.#records.set(key, { ...pack, members: [], state: 'deleted', recordedAt: now });
    this.#ended.set(key, pack.versionId);
    return true;
  }

  end(pack: PackName & { readonly versionId: string }): void {
    const record = this.#records.get(packObjectKey(pack));
    if (record?.state === 'deleted' && record.versionId === pack.versionId) {
      this.#ended.set(packObjectKey(pack), pack.versionId);
    }
  }

  /** As if the row of a pack had been removed by mistake. */
  lose(name: PackName): void {
    this.#records.delete(packObjectKey(name));
  }

  /** All packs that are not deleted, in the order of their keys. */
  list(): readonly PackRecord[] {
    const stored = [...this.#records].filter(([, { state }]) => state !== 'deleted');
    return stored.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, record]) => record);
  }
}
