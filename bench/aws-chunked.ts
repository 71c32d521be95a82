/** The longest line between two pieces of a body: a length, a signature, a checksum. */
const LINE_BYTES_MAX = 1024;

/**
 * Takes the framing off a body of `Content-Encoding: aws-chunked`, which clients that sign a stream piece by piece put around it.
 * The signatures in it are not verified. Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header:
 * Transferring Payload in Multiple Chunks".
 */
export class AwsChunkedDecoder {
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes that are left of the piece, with the line end behind it. */
  #left = 0;
  #hasEnded = false;

  /** The bytes of the body that are in these. @throws Error when they are no such framing. */
  push(bytes: Buffer): readonly Buffer[] {
    const found: Buffer[] = [];
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    while (rest.length > 0 && !this.#hasEnded) {
      if (this.#left > 0) {
        const part = rest.subarray(0, this.#left);
        const content = part.subarray(0, Math.max(0, this.#left - LINE_END.length));
        if (content.length > 0) found.push(content);
        this.#left -= part.length;
        rest = rest.subarray(part.length);
        continue;
      }
      const end = rest.indexOf(LINE_END);
      if (end < 0) break;
      const size = Number.parseInt(rest.subarray(0, end).toString('latin1'), 16);
      if (!Number.isInteger(size)) throw new Error('the body is not aws-chunked');
      this.#hasEnded = size === 0;
      this.#left = size + LINE_END.length;
      rest = rest.subarray(end + LINE_END.length);
    }
    if (rest.length > LINE_BYTES_MAX) throw new Error('the body is not aws-chunked');
    this.#pending = this.#hasEnded ? Buffer.alloc(0) : rest;
    return found;
  }
}

const LINE_END = Buffer.from('\r\n');
