import type { AccountId } from '@syncline/protocol';
import { compareStarAge } from './compare-star-age.ts';
import type { StarKey, StarStore, StoredStar } from './star-store.ts';

/** Stars in the memory of one process. */
export class MemoryStarStore implements StarStore {
  readonly #stars = new Map<AccountId, Map<string, StoredStar>>();

  async list(accountId: AccountId): Promise<readonly StoredStar[]> {
    return [...(this.#stars.get(accountId)?.values() ?? [])].toSorted(compareStarAge);
  }

  async add(accountId: AccountId, star: StoredStar): Promise<StoredStar> {
    const stars = this.#stars.get(accountId) ?? new Map<string, StoredStar>();
    this.#stars.set(accountId, stars);
    const kept = stars.get(keyText(star)) ?? star;
    stars.set(keyText(star), kept);
    return kept;
  }

  async remove(accountId: AccountId, key: StarKey): Promise<void> {
    this.#stars.get(accountId)?.delete(keyText(key));
  }
}

function keyText({ namespaceId, nodeId }: StarKey): string {
  return `${namespaceId}/${nodeId}`;
}
