import { type ByteSpan, parseRange } from './byte-range.ts';
import type { ContentAddress } from './content-address.ts';
import { streamContent } from './content-stream.ts';
import { contentTypeOf } from './content-type.ts';
import { ContentError, type OpenContent } from './open-content.ts';

/**
 * Contents never run: whatever a file says that it is, its answer has a type that runs nothing, is not sniffed, and stands in a sandbox without
 * an origin. The browser's own viewer of PDF does not open in one, so a PDF is saved when somebody opens its address: the preview draws its pages.
 */
export function headersOf(address: Pick<ContentAddress, 'name' | 'isDownload'>): Record<string, string> {
  const { name, isDownload } = address;
  const type = isDownload ? 'application/octet-stream' : contentTypeOf(name);
  const policy = `sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'`;
  const disposition = type.startsWith('application/') ? 'attachment' : 'inline';
  return {
    'content-type': type,
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeFileName(name)}`,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

interface AskedPart {
  readonly range: string | null;
  readonly isHead: boolean;
}

/** Answers a request for a content, or for a part of it. */
export async function answerContent(
  content: OpenContent,
  address: ContentAddress,
  asked: AskedPart,
): Promise<Response> {
  const size = await content.size();
  return answerPart(address, asked, { size, body: (span) => streamContent(content, span) });
}

/** Answers a content that this browser has as a whole. */
export function answerBlob(blob: Blob, address: ContentAddress, asked: AskedPart): Response {
  return answerPart(address, asked, { size: blob.size, body: ({ start, end }) => blob.slice(start, end) });
}

function answerPart(
  address: ContentAddress,
  asked: AskedPart,
  { size, body }: { readonly size: number; readonly body: (span: ByteSpan) => BodyInit },
): Response {
  const range = parseRange(asked.range, size);
  const headers = { ...headersOf(address), 'accept-ranges': 'bytes' };
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const span: ByteSpan = range ?? { start: 0, end: size };
  const told = { ...headers, 'content-length': String(span.end - span.start), ...contentRange(range, size) };
  const answered = asked.isHead || span.end === span.start ? null : body(span);
  return new Response(answered, { status: range === undefined ? 200 : 206, headers: told });
}

/** What a page, or a person, is told when a content cannot be read. */
export function refusalOf(failure: unknown): Response {
  const isRefused = failure instanceof ContentError && failure.reason === 'refused';
  const status = isRefused ? (failure.problem?.status ?? 502) : 502;
  return new Response('This file cannot be read at the moment.', {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': "default-src 'none'; sandbox" },
  });
}

function contentRange(range: ByteSpan | undefined, size: number): Record<string, string> {
  return range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end - 1}/${size}` };
}

/** Source: RFC 8187, section 3.2. */
export function encodeFileName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
