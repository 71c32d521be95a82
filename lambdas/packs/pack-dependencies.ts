import type { ChunkIndex } from '../chunks/chunk-index.ts';
import type { DedupScope } from '../chunks/dedup-domain.ts';
import type { ObjectStore } from '../chunks/object-store.ts';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { ReferenceStore } from '../references/reference-store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { KeyRing } from '../runtime/key-ring.ts';
import type { Meter } from '../runtime/meter.ts';
import type { PackIndex } from './pack-index.ts';

export interface OpenPackDependencies {
  readonly namespaces: Pick<NamespaceStore, 'readAccess'>;
  readonly chunks: Pick<ChunkIndex, 'locate'>;
  readonly objects: Pick<ObjectStore, 'signPut'>;
  readonly keyRing: KeyRing;
  readonly meter: Meter;
  readonly dedupScope: DedupScope;
}

export interface ConfirmPackDependencies {
  readonly chunks: Pick<ChunkIndex, 'recordStored'>;
  readonly packs: Pick<PackIndex, 'record'>;
  readonly objects: Pick<ObjectStore, 'head' | 'read'>;
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
  readonly meter: Meter;
  readonly dedupScope: DedupScope;
}

/** What the sweep of packs works with. */
export interface SweepPackDependencies {
  readonly chunks: Pick<ChunkIndex, 'locateRevivable' | 'move'>;
  readonly packs: PackIndex;
  readonly references: Pick<ReferenceStore, 'isReferenced'>;
  readonly objects: Pick<ObjectStore, 'head' | 'read' | 'write'>;
  readonly clock: Pick<Clock, 'now'>;
}
