import type { MemoryObjectStore } from '../chunks/memory-object-store.ts';
import type { ObjectKind } from './object-kind.ts';
import type { RemovableObjects } from './removable-objects.ts';
import type { Segment } from './sweep-index.ts';

/** Objects in the memory of one process. */
export class MemoryRemovableObjects implements RemovableObjects {
  readonly #objects: MemoryObjectStore;

  constructor(dependencies: { readonly objects: MemoryObjectStore }) {
    this.#objects = dependencies.objects;
  }

  async list(kind: ObjectKind, { after = '', limit }: Segment) {
    const all = this.#objects.list().filter(({ key }) => key.startsWith(`${kind}/`) && key > after);
    const objects = all.slice(0, limit);
    const last = objects.at(-1);
    return { objects, ...(all.length > limit && last !== undefined ? { next: last.key } : {}) };
  }

  async remove(object: { readonly key: string; readonly versionId: string }): Promise<void> {
    this.#objects.remove(object);
  }
}
