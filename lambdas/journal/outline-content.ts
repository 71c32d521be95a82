import { createHash } from 'node:crypto';
import {
  type BlockSum,
  type ByteSpan,
  FILE_CHUNKS_MAX,
  type FieldDefect,
  type NodeId,
  OUTLINE_BLOCK_BYTES,
  OUTLINE_BYTES_MAX,
  OUTLINE_STRONG_BYTES,
  type OutlineRequest,
  type OutlineResponse,
  outlineBlocks,
  packOutline,
  RollingSum,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import { type CopySpansDependencies, copySpans } from '../chunks/copy-spans.ts';
import type { OpenNamespaceDependencies } from '../namespaces/open-namespace.ts';
import type { Caller } from '../runtime/caller.ts';
import { refusedFor } from '../runtime/decode-request.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { readManifestPage } from './describe-content.ts';
import { findRevision } from './read-content.ts';

export interface OutlineContentDependencies extends OpenNamespaceDependencies, CopySpansDependencies {}

/**
 * Sums of the whole blocks of spans of a revision that the caller may read now: a client finds by them what its edited file still has of it.
 *
 * Refused are spans that are empty, end behind the content, have more than OUTLINE_BYTES_MAX bytes together, or touch more chunks than are read at
 * once (copySpans). Cost: the reads of getNode, the revision, its manifest when that is long, and an item and a GET for each chunk that
 * is touched. Memory: the bytes of the spans.
 */
export async function outlineContent(
  dependencies: OutlineContentDependencies,
  request: OutlineRequest & { readonly nodeId: NodeId },
  caller: Caller,
): Promise<Outcome<OutlineResponse>> {
  const found = await findRevision(dependencies, request, caller);
  if (found.kind === 'refused') return found;
  const revision = found.value;
  const defects = spanDefects(request.spans, revision.size);
  if (defects.length > 0) return refusedFor(defects);
  const { chunks } = await readManifestPage(dependencies, revision, { start: 0, count: FILE_CHUNKS_MAX });
  const parts = request.spans.map((span) => new Uint8Array(outlineBlocks(span) * OUTLINE_BLOCK_BYTES));
  const copies = parts.flatMap((into, index) => {
    const { start } = request.spans[index] as ByteSpan;
    return into.length === 0 ? [] : [{ start, end: start + into.length, into, at: 0 }];
  });
  const outcome = await copySpans(dependencies, { domain: revision.domain, chunks }, copies);
  if (outcome === 'lost')
    return refused('not_found', 'some of these bytes cannot be read: send the chunks as they are');
  if (outcome === 'too-much')
    return refusedFor([{ path: 'body.spans', message: 'touch too many chunks for one request' }]);
  return done({ outlines: parts.map(outlineOf) });
}

function spanDefects(spans: readonly ByteSpan[], size: number): readonly z.infer<typeof FieldDefect>[] {
  const bytes = spans.reduce((sum, { start, end }) => sum + Math.max(end - start, 0), 0);
  const message = `must have at most OUTLINE_BYTES_MAX bytes together: ${OUTLINE_BYTES_MAX}`;
  const defects = bytes > OUTLINE_BYTES_MAX ? [{ path: 'body.spans', message }] : [];
  for (const [index, { start, end }] of spans.entries()) {
    if (start >= end) defects.push({ path: `body.spans.${index}`, message: 'must have a byte' });
    else if (end > size) defects.push({ path: `body.spans.${index}.end`, message: 'must lie in the content' });
  }
  return defects;
}

function outlineOf(bytes: Uint8Array): string {
  const blocks: BlockSum[] = [];
  for (let start = 0; start < bytes.length; start += OUTLINE_BLOCK_BYTES) {
    const block = bytes.subarray(start, start + OUTLINE_BLOCK_BYTES);
    const strong = createHash('sha256').update(block).digest().subarray(0, OUTLINE_STRONG_BYTES);
    blocks.push({ weak: new RollingSum(block, 0).value, strong });
  }
  return Buffer.from(packOutline(blocks)).toString('base64');
}
