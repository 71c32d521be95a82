/** One HTTP exchange, whole bodies on both sides: nothing that Syncline sends or reads at once is larger than a chunk or a page. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Sent instead of a body. The platform reads it while it is sent, so that a part of a file on the disk is never in the memory of this thread. */
  readonly bodyPart?: Blob | undefined;
  /** The answer's body may not be longer than this, in bytes. */
  readonly answerBytesMax: number;
  /** Memory that an answer may be put into that fits; others come in memory of their own. */
  readonly answerInto?: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How much a request carries, in bytes, or in characters of a text. */
export function bodyLength({ body, bodyPart }: Pick<TransportRequest, 'body' | 'bodyPart'>): number {
  return bodyPart?.size ?? body?.length ?? 0;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Port to the network. Answers of any status are returned, redirects are not followed.
 *
 * @throws UnavailableError  no whole answer came (refused, reset, timed out, longer than allowed).
 * @throws the signal's reason, when the caller aborted.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
}
