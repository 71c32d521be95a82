import type { StoredRevision } from '../namespaces/namespace-store.ts';
import type { LinkVisitor } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { contentDisposition } from './content-disposition.ts';
import { type ByteSpan, parseRange } from './parse-range.ts';

/** How an answer with bytes begins, and which bytes of the content it has. */
export interface ContentAnswer {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly span: ByteSpan;
}

export interface AskedContent {
  readonly revision: StoredRevision;
  readonly name: string;
  readonly visitor: Pick<LinkVisitor, 'range' | 'ifRange'>;
  /** Bytes that one answer can have. */
  readonly bytesMax: number;
}

/**
 * Answers a content, or the range that is asked for if it is of this very content. A longer range than an answer can have is
 * answered by its beginning, as a server may; the whole of a longer content is refused, because its reader would take the part for all.
 */
export function contentAnswer({ revision, name, visitor, bytesMax }: AskedContent): Outcome<ContentAnswer> {
  const { size, contentHash } = revision;
  const etag = `"${contentHash}"`;
  const isOther = visitor.ifRange !== undefined && visitor.ifRange !== etag;
  const asked = isOther ? 'whole' : parseRange(visitor.range, size);
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': contentDisposition(name),
    'accept-ranges': 'bytes',
    etag,
  };
  if (asked === 'unsatisfiable') {
    const nothing = { start: 0, end: 0 };
    return done({ status: 416, headers: { ...headers, 'content-range': `bytes */${size}` }, span: nothing });
  }
  if (asked === 'whole') {
    if (size <= bytesMax) return done({ status: 200, headers, span: { start: 0, end: size } });
    const detail = `one answer has at most ${bytesMax} bytes: ask for the file by ranges of at most that many`;
    return refused('too_large', detail, { limit: 'bytes of one answer', max: bytesMax });
  }
  const { start } = asked;
  const end = Math.min(asked.end, start + bytesMax);
  const range = `bytes ${start}-${end - 1}/${size}`;
  return done({ status: 206, headers: { ...headers, 'content-range': range }, span: { start, end } });
}
