import { epochMs, type OpenLinkUploadsRequest, type RouteResponse } from '@syncline/protocol';
import type { LinkVisitor } from '../runtime/caller.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { initiateUploads } from '../uploads/initiate-uploads.ts';
import type { UploadDependencies } from '../uploads/upload-dependencies.ts';
import { uploadAttemptKey } from './attempt-keys.ts';
import { tooManyAttempts } from './check-link-password.ts';
import { withoutNumbers } from './hide-numbers.ts';
import { ATTEMPTS_MS, UPLOAD_REQUESTS_MAX } from './limits.ts';
import { linkUploader, namespacesOfLink } from './link-uploader.ts';
import { type OpenLinkDependencies, openLink } from './open-link.ts';

export type LinkUploadDependencies = OpenLinkDependencies & UploadDependencies;

/**
 * Opens upload sessions for files that a visitor wants to store in the link's folder. Each chunk is `missing` unless this link has sent
 * it before: they are of a domain of the link's own. Bounded by the quota of the namespace, and by UPLOAD_REQUESTS_MAX in ATTEMPTS_MS.
 */
export async function openLinkUploads(
  dependencies: LinkUploadDependencies,
  request: OpenLinkUploadsRequest & { readonly token: string },
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'openLinkUploads'>>> {
  const opened = await openLink(dependencies, { token: request.token, visitor, role: 'upload' });
  if (opened.kind === 'refused') return opened;
  const { link, now } = opened.value;
  const endsAt = epochMs(now + ATTEMPTS_MS);
  const key = uploadAttemptKey(link.tokenHash);
  const attempt = await dependencies.attempts.take({ key, max: UPLOAD_REQUESTS_MAX, now, endsAt });
  if (attempt.kind === 'full') return tooManyAttempts(attempt.until, now);
  const namespaces = namespacesOfLink(dependencies.namespaces, link);
  const { namespaceId } = link;
  const files = request.files.map((file) => ({ ...file, namespaceId }));
  // In the scope of an account, which here is the link: nothing that others store shows.
  const own = { ...dependencies, namespaces, dedupScope: 'account' } as const;
  return withoutNumbers(await initiateUploads(own, { files }, linkUploader(link)));
}
