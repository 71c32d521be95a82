import type { ByteSpan } from './byte-range.ts';
import { CHUNKS_AHEAD } from './limits.ts';
import type { OpenContent } from './open-content.ts';

/**
 * A part of a content as a stream that is read as fast as it is taken. Memory: CHUNKS_AHEAD chunks and the one that is given. Cancelling it ends
 * what is under way.
 */
export function streamContent(content: OpenContent, span: ByteSpan): ReadableStream<Uint8Array> {
  const scope = new AbortController();
  const parts = verifiedParts(content, span, scope.signal);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = await parts.next();
        if (part.done === true) controller.close();
        else controller.enqueue(part.value);
      },
      cancel: (reason) => scope.abort(reason),
    },
    { highWaterMark: 0 },
  );
}

async function* verifiedParts(
  content: OpenContent,
  span: ByteSpan,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, undefined> {
  const ahead: Promise<Uint8Array>[] = [];
  for await (const place of content.chunks(span)) {
    signal.throwIfAborted();
    const part = partOf(content, place, { span, signal });
    // Awaited in its turn; until then a failure must not count as unhandled.
    part.catch(() => undefined);
    ahead.push(part);
    if (ahead.length > CHUNKS_AHEAD) yield await (ahead.shift() as Promise<Uint8Array>);
  }
  for (const part of ahead) yield await part;
  return undefined;
}

type Place = Parameters<OpenContent['chunk']>[0];

async function partOf(
  content: OpenContent,
  place: Place,
  { span, signal }: { readonly span: ByteSpan; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const bytes = await content.chunk(place, signal);
  return bytes.subarray(Math.max(0, span.start - place.start), Math.min(bytes.length, span.end - place.start));
}
