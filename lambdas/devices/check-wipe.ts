import type { CheckWipeRequest, CheckWipeResponse, DeviceId } from '@syncline/protocol';
import type * as z from 'zod/mini';
import type { AccountStore } from '../accounts/account-store.ts';
import { NamespaceView } from '../journal/namespace-view.ts';
import { contentKey, type NamespaceStore } from '../namespaces/namespace-store.ts';
import { notFound } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome } from '../runtime/outcome.ts';

export interface CheckWipeDependencies {
  readonly accounts: Pick<AccountStore, 'getDevice'>;
  readonly namespaces: NamespaceStore;
}

/**
 * Which of the contents that a device is about to remove the service does not keep: neither as they are nor as an earlier revision, live or in the trash.
 * What a device has agreed on may be gone since, because tables were set back. Of a namespace that is not there, and of one that the account may not
 * read, nothing is told. A caller whose sign-in has ended asks for its own device alone, if that was asked to remove its files.
 * Cost: 2 reads, and for each 100 files a read of their rows, one of their contents, and one for each level above them.
 */
export async function checkWipe(
  { accounts, namespaces }: CheckWipeDependencies,
  { deviceId, namespaceId, files }: z.infer<typeof CheckWipeRequest> & { readonly deviceId: DeviceId },
  { accountId, signIn, hasEnded }: Caller,
): Promise<Outcome<z.infer<typeof CheckWipeResponse>>> {
  const device = await accounts.getDevice(accountId, deviceId);
  const mayAsk = hasEnded === true ? device?.signIn === signIn && device?.wipe !== undefined : device !== undefined;
  const access = mayAsk ? await namespaces.readAccess({ namespaceId, accountId }) : undefined;
  if (access === undefined) return notFound();
  const view = new NamespaceView({ namespaces }, access);
  await view.loadAncestors(files.map(({ nodeId }) => nodeId));
  const names = files.map(({ nodeId, contentRev }) => ({ nodeId, rev: contentRev }));
  const kept = await namespaces.getRevisions(namespaceId, names);
  const missing = new Set<(typeof files)[number]['nodeId']>();
  for (const { nodeId, contentRev, contentHash } of files) {
    const isKept = kept.get(contentKey({ nodeId, rev: contentRev }))?.contentHash === contentHash;
    if (!isKept || (await view.ancestry(nodeId)).kind === 'unknown') missing.add(nodeId);
  }
  return done({ missing: [...missing] });
}
