import type { RouteResponse } from '@syncline/protocol';
import type { LinkVisitor } from '../runtime/caller.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { type ChunkCheck, checkChunks } from '../uploads/check-chunks.ts';
import type { CheckChunksDependencies } from '../uploads/upload-dependencies.ts';
import { linkUploader, namespacesOfLink } from './link-uploader.ts';
import { openLink } from './open-link.ts';
import type { LinkUploadDependencies } from './open-link-uploads.ts';

/** No device is told how far an upload by a link has come: none could fetch it ahead. */
const NOBODY_IS_TOLD: Pick<CheckChunksDependencies, 'accounts' | 'sockets' | 'pusher'> = {
  accounts: { listMembers: async () => [] },
  sockets: { listConnections: async () => [] },
  pusher: { post: async () => 'gone' },
};

/** Goes on with an upload that was opened by this link; of any other nothing is told. Packs are for accounts. */
export async function checkLinkChunks(
  dependencies: LinkUploadDependencies,
  request: Omit<ChunkCheck, 'packs'> & { readonly token: string },
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'checkLinkChunks'>>> {
  const { token, packs: _packs, ...check } = request as ChunkCheck & { readonly token: string };
  const opened = await openLink(dependencies, { token, visitor, role: 'upload' });
  if (opened.kind === 'refused') return opened;
  const { link } = opened.value;
  const namespaces = namespacesOfLink(dependencies.namespaces, link);
  return checkChunks({ ...dependencies, ...NOBODY_IS_TOLD, namespaces }, check, linkUploader(link));
}
