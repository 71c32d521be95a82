import type { AccountId } from '@syncline/protocol';
import { assert } from '@syncline/protocol';

/** Within what the same bytes are stored once. `account` hides whether anybody else stores them. */
export type DedupScope = 'deployment' | 'account';

/** The domain in which an account's chunks are named (chunk-index.ts). */
export function dedupDomain(scope: DedupScope, accountId: AccountId): string {
  return scope === 'deployment' ? 'shared' : accountId;
}

/**
 * The domain in which long manifests are recorded, pinned, referenced and swept, as chunks are. One of their own, because whoever has
 * a file with the bytes of a manifest has a chunk of the same hash, which lies elsewhere.
 */
export function manifestDomain(domain: string): string {
  return `manifest:${domain}`;
}

/** @throws InvariantError when the deployment says anything else. */
export function parseDedupScope(text: string): DedupScope {
  assert(text === 'deployment' || text === 'account', 'the dedup scope is deployment or account');
  return text;
}
