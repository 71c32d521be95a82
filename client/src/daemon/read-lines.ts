/** A line that came in, or the fact that one was longer than allowed, after which nothing more is read. */
export type ReadLine = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'too-long' };

const NEWLINE = 0x0a;

/**
 * Splits a stream of bytes into lines, with memory for one line of `bytesMax` and one piece of the stream. The rest after the last newline is
 * no line: whoever sent it died before it was whole. Bytes that are no UTF-8 become U+FFFD.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  { bytesMax }: { readonly bytesMax: number },
): AsyncGenerator<ReadLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    for (let start = 0; ; ) {
      const newline = piece.indexOf(NEWLINE, start);
      const end = newline < 0 ? piece.length : newline;
      length += end - start;
      if (length > bytesMax) {
        yield { kind: 'too-long' };
        return;
      }
      parts.push(piece.subarray(start, end));
      if (newline < 0) break;
      yield { kind: 'line', text: Buffer.concat(parts).toString('utf8') };
      parts = [];
      length = 0;
      start = newline + 1;
    }
  }
}
