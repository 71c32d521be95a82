import type { NamespaceId, NodeId } from '@syncline/protocol';
import type { FolderPlace } from './listing.ts';

/** Under which key of the cache what was read is kept. All that is about one thing begins alike, so that it can be read anew together. */
export const queryKeys = {
  listings: ['listing'],
  listing: ({ namespaceId, folderId }: FolderPlace) => ['listing', namespaceId, folderId],
  node: (namespaceId: NamespaceId, nodeId: NodeId) => ['node', namespaceId, nodeId],
  revisions: (namespaceId: NamespaceId, nodeId: NodeId) => ['revisions', namespaceId, nodeId],
  activity: (namespaceId: NamespaceId, nodeId: NodeId) => ['activity', namespaceId, nodeId],
  recent: ['recent'],
  trash: (namespaceId: NamespaceId) => ['trash', namespaceId],
  sharedFolders: ['shared-folders'],
  members: (namespaceId: NamespaceId) => ['members', namespaceId],
  invitations: (namespaceId: NamespaceId) => ['invitations', namespaceId],
  ownInvitations: ['own-invitations'],
  links: ['links'],
  stars: ['stars'],
  photos: ['photos'],
  devices: ['devices'],
  usage: ['usage'],
} as const;
