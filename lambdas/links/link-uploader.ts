import { AccountId, DeviceId, formatInstant } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { StoredLink } from './link-store.ts';

/**
 * Who stores what comes in by a link: the link itself, as an account and a device of its id. Sessions, chunks, revisions and the journal
 * have it as their writer, so that everybody can tell what came in by which link, and so that nothing that its maker, or anybody else, has
 * stored is known to its visitors. Source: docs/decisions/0118-uploads-by-links.md
 */
export function linkUploader(link: StoredLink): DeviceCaller {
  const since = formatInstant(link.createdAt);
  return {
    accountId: AccountId.parse(link.linkId),
    device: {
      deviceId: DeviceId.parse(link.linkId),
      name: 'link',
      platform: 'other',
      createdAt: since,
      lastSeenAt: since,
    },
  };
}

/** The namespaces, in one of which the link may do what its maker may do now. For everything else it is nobody. */
export function namespacesOfLink(namespaces: NamespaceStore, link: StoredLink): NamespaceStore {
  const { accountId: ownId } = linkUploader(link);
  const readAccess: NamespaceStore['readAccess'] = async ({ namespaceId, accountId }) => {
    if (namespaceId !== link.namespaceId || accountId !== ownId) return undefined;
    return namespaces.readAccess({ namespaceId, accountId: link.accountId });
  };
  return new Proxy(namespaces, {
    get: (target, name) => {
      if (name === 'readAccess') return readAccess;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
