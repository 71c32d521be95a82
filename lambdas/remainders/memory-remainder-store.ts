import type { NamespaceId } from '@syncline/protocol';
import { type OpenRemainder, type Remainder, remainderKey, type Settling } from './remainder.ts';
import type { RemainderStore } from './remainder-store.ts';

/** What is left to be done, in the memory of one process: the model that the DynamoDB store is compared with. */
export class MemoryRemainderStore implements RemainderStore {
  readonly #grounds = new Map<NamespaceId, Map<string, OpenRemainder>>();
  #tokens = 0;

  async list(groundId: NamespaceId, limit: number): Promise<readonly OpenRemainder[]> {
    const rows = [...(this.#grounds.get(groundId) ?? [])].toSorted(([left], [right]) => (left < right ? -1 : 1));
    return rows.slice(0, limit).map(([, remainder]) => remainder);
  }

  async end(groundId: NamespaceId, remainder: OpenRemainder): Promise<void> {
    if (this.#isNewest(groundId, remainder)) this.#grounds.get(groundId)?.delete(remainderKey(remainder));
  }

  /** Whether a transaction may do what it does to its remainder. */
  allows(groundId: NamespaceId, settling: Settling | undefined): boolean {
    return settling === undefined || settling.outcome === 'going' || this.#isNewest(groundId, settling.remainder);
  }

  /** What a transaction does that was allowed. */
  apply(groundId: NamespaceId, settling: Settling | undefined, left: readonly Remainder[]): void {
    const rows = this.#grounds.get(groundId) ?? new Map<string, OpenRemainder>();
    this.#grounds.set(groundId, rows);
    const outcome = settling?.outcome ?? 'going';
    if (settling !== undefined && outcome === 'ended') rows.delete(remainderKey(settling.remainder));
    const moved = settling === undefined || typeof outcome === 'string' ? [] : [{ ...settling.remainder, ...outcome }];
    for (const remainder of [...moved, ...left]) {
      this.#tokens += 1;
      rows.set(remainderKey(remainder), { ...remainder, token: `${this.#tokens}` });
    }
  }

  #isNewest(groundId: NamespaceId, remainder: OpenRemainder): boolean {
    return this.#grounds.get(groundId)?.get(remainderKey(remainder))?.token === remainder.token;
  }
}
