import { type EpochMs, epochMs, FILE_CHUNKS_MAX } from '@syncline/protocol';
import { readManifestPage } from '../journal/describe-content.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { type ContentAnswer, contentAnswer } from './content-answer.ts';
import { readDownload } from './download-ticket.ts';
import { STREAM_BYTES_MAX } from './limits.ts';
import { ended, findBelow, type OpenLinkDependencies, openTarget } from './open-link.ts';
import { readContentBytes } from './read-content-bytes.ts';
import { findLinkedRevision, type ReadLinkContentDependencies } from './read-link-content.ts';

export interface StreamLinkDependencies extends Omit<ReadLinkContentDependencies, 'attempts' | 'links'> {
  readonly links: Pick<OpenLinkDependencies['links'], 'get'>;
}

export interface StreamedContent extends ContentAnswer {
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * The bytes of a download that was counted, or of the range that is asked for: as often as somebody asks until the ticket's time is
 * over, and only while the link opens. One answer has at most STREAM_BYTES_MAX bytes.
 *
 * Cost: 3 reads, one per level of folders, and an item and an object per chunk.
 */
export async function streamLink(
  dependencies: StreamLinkDependencies,
  ticket: string,
  visitor: Pick<LinkVisitor, 'range' | 'ifRange'>,
): Promise<Outcome<StreamedContent>> {
  const now: EpochMs = dependencies.clock.now();
  const download = await readDownload(dependencies.keyRing, ticket);
  if (download === undefined) return refused('not_found', 'there is no such download');
  if (epochMs(download.until) <= now) return refused('forbidden', 'this address is too old: take the link again');
  const link = await dependencies.links.get(download.tokenHash, now);
  if (link === undefined) return refused('not_found', 'there is no such link');
  const opened = await openTarget(dependencies, link, { now, isCounted: true });
  if (opened.kind === 'refused') return opened;
  const file = await findBelow(opened.value.view, opened.value.link, download.nodeId);
  if (file === undefined) return ended('gone');
  const revision = await findLinkedRevision(dependencies, opened.value, { file, rev: download.rev });
  if (revision === undefined) return ended('gone');
  const answer = contentAnswer({ revision, name: file.name, visitor, bytesMax: STREAM_BYTES_MAX });
  if (answer.kind === 'refused') return answer;
  const { chunks } = await readManifestPage(dependencies, revision, { start: 0, count: FILE_CHUNKS_MAX });
  const content = { domain: revision.domain, chunks };
  return done({ ...answer.value, bytes: readContentBytes(dependencies, content, answer.value.span) });
}
