import { type EpochMs, epochMs, type OpenLinkUploadsRequest, type RouteResponse, SECOND_MS } from '@syncline/protocol';
import type { Access } from '../namespaces/namespace-store.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import { type Outcome, type Refused, refused } from '../runtime/outcome.ts';
import { initiateUploads } from '../uploads/initiate-uploads.ts';
import type { UploadDependencies } from '../uploads/upload-dependencies.ts';
import { uploadAttemptKey } from './attempt-keys.ts';
import { tooManyAttempts } from './check-link-password.ts';
import { NO_ROOM, withoutNumbers } from './hide-numbers.ts';
import { ATTEMPTS_MS, PENDING_BYTES_MAX, UPLOAD_REQUESTS_MAX } from './limits.ts';
import type { StoredLink } from './link-store.ts';
import { linkUploader, namespacesOfLink } from './link-uploader.ts';
import { type OpenLinkDependencies, openLink } from './open-link.ts';
import { announceBytes, withdrawBytes } from './pending-bytes.ts';

export type LinkUploadDependencies = OpenLinkDependencies & UploadDependencies;

/**
 * Opens upload sessions for files that a visitor wants to store in the link's folder. Each chunk is `missing` unless this link has sent
 * it before: they are of a domain of the link's own.
 *
 * What is announced and not stored yet fits into the quota of the namespace, for each link by itself, and is bounded by PENDING_BYTES_MAX in
 * PENDING_MS; requests are bounded by UPLOAD_REQUESTS_MAX in ATTEMPTS_MS.
 */
export async function openLinkUploads(
  dependencies: LinkUploadDependencies,
  request: OpenLinkUploadsRequest & { readonly token: string },
  visitor: LinkVisitor,
): Promise<Outcome<RouteResponse<'openLinkUploads'>>> {
  const opened = await openLink(dependencies, { token: request.token, visitor, role: 'upload' });
  if (opened.kind === 'refused') return opened;
  const { link, access, now } = opened.value;
  const bytes = request.files.reduce((sum, { size }) => sum + size, 0);
  const refusal = refuseTooMuch(link, access, { files: request.files.length, bytes });
  if (refusal !== undefined) return refusal;
  const endsAt = epochMs(now + ATTEMPTS_MS);
  const key = uploadAttemptKey(link.tokenHash);
  const attempt = await dependencies.attempts.take({ key, max: UPLOAD_REQUESTS_MAX, now, endsAt });
  if (attempt.kind === 'full') return tooManyAttempts(attempt.until, now);
  const pending = { attempts: dependencies.attempts, tokenHash: link.tokenHash, now };
  const announced = await announceBytes(pending, { bytes, max: Math.min(PENDING_BYTES_MAX, roomOf(access)) });
  if (announced.kind === 'full') return tooMuchPending(announced.until, now);
  const namespaces = namespacesOfLink(dependencies.namespaces, link);
  const { namespaceId } = link;
  const files = request.files.map((file) => ({ ...file, namespaceId }));
  // In the scope of an account, which here is the link: nothing that others store shows.
  const own = { ...dependencies, namespaces, dedupScope: 'account' } as const;
  const initiated = await initiateUploads(own, { files }, linkUploader(link));
  if (initiated.kind === 'refused') await withdrawBytes(pending, bytes);
  return withoutNumbers(initiated);
}

function roomOf({ head }: Access): number {
  return Math.max(0, head.quotaBytes - head.bytesLogical);
}

/** More than the link or the namespace has room for, whatever else is on its way. */
function refuseTooMuch(
  { maxUses, uses }: StoredLink,
  access: Access,
  { files, bytes }: { readonly files: number; readonly bytes: number },
): Refused | undefined {
  const left = maxUses === undefined ? files : maxUses - uses;
  if (files > left) {
    const detail = `this link takes ${left} more ${left === 1 ? 'file' : 'files'}: send fewer at once, or ask for another link`;
    return refused('too_large', detail, { limit: 'files that a link takes', max: left });
  }
  if (bytes > PENDING_BYTES_MAX) {
    const detail = `by a link at most ${PENDING_BYTES_MAX} bytes are sent at once: send fewer files at once`;
    return refused('too_large', detail, { limit: 'PENDING_BYTES_MAX', max: PENDING_BYTES_MAX });
  }
  return bytes > roomOf(access) ? refused('quota_exceeded', NO_ROOM) : undefined;
}

function tooMuchPending(until: EpochMs, now: EpochMs): Refused {
  const detail =
    'files that were announced by this link and are not stored yet leave no room for more: store them, or wait';
  return refused('rate_limited', detail, { retryAfterSeconds: Math.ceil((until - now) / SECOND_MS) });
}
