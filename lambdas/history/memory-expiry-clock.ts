import type { EpochMs, NamespaceId } from '@syncline/protocol';
import type { MemoryNamespaceStore } from '../namespaces/memory-namespace-store.ts';
import type { ExpiryClock } from './expiry-clock.ts';

/** The expiry's time in the memory of one process. */
export class MemoryExpiryClock implements ExpiryClock {
  readonly #namespaces: MemoryNamespaceStore;
  #time: EpochMs | undefined;

  constructor(dependencies: { readonly namespaces: MemoryNamespaceStore }) {
    this.#namespaces = dependencies.namespaces;
  }

  async read(): Promise<EpochMs | undefined> {
    return this.#time;
  }

  async write(time: EpochMs): Promise<void> {
    this.#time = time;
  }

  async raiseFloor(floor: { readonly namespaceId: NamespaceId; readonly timeFloor: EpochMs }): Promise<void> {
    const { namespaceId, timeFloor } = floor;
    if (timeFloor > (this.#namespaces.head(namespaceId)?.timeFloor ?? 0))
      this.#namespaces.changeHead(namespaceId, { timeFloor });
  }
}
