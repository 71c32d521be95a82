import type { EpochMs } from '@syncline/protocol';
import type { ObjectKind } from './object-kind.ts';
import type { Segment, SegmentOf } from './sweep-index.ts';

/** The bucket as the sweep alone may use it: nothing else lists it, or removes anything. */
export interface RemovableObjects {
  /** A segment of all versions of the objects of a kind, in the order of their keys. */
  list(kind: ObjectKind, segment: Segment): Promise<SegmentOf<{ readonly objects: readonly ListedObject[] }>>;

  /** Removes one version of an object, for ever. Another version of it stays. Idempotent. Cost: 1 request. */
  remove(object: { readonly key: string; readonly versionId: string }): Promise<void>;
}

export interface ListedObject {
  readonly key: string;
  readonly versionId: string;
  readonly storedAt: EpochMs;
  readonly size: number;
}
