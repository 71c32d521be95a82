import { KiB } from '@syncline/protocol';
import { withDeadline } from '../../api/deadline.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../api/transport.ts';
import { UnavailableError } from '../../api/unavailable-error.ts';

/** Bytes from which a body is sent as a blob; below, making one costs more than it saves. */
const BLOB_BODY_BYTES_MIN = 256 * KiB;

/** Transport over the platform's `fetch`, for browsers. */
export function createFetchTransport(): Transport {
  return {
    async send(request) {
      try {
        return await withDeadline(request, (signal) => exchange(request, signal));
      } catch (cause) {
        request.signal?.throwIfAborted();
        if (cause instanceof UnavailableError) throw cause;
        throw new UnavailableError('no answer from the network', { cause });
      }
    },
  };
}

async function exchange(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
  const body = bodyOf(request);
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
    // Tokens travel in a header that is set here, never in cookies.
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'manual',
    signal,
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readBody(response, request.answerBytesMax),
  };
}

/** Large bodies are handed over as a whole: a Chromium copies bytes to its network process piece by piece, meanwhile this thread stands, at a few MB/s. */
function bodyOf({ body, bodyPart }: TransportRequest): Blob | Uint8Array<ArrayBuffer> | string | undefined {
  const given = bodyPart ?? (body as Uint8Array<ArrayBuffer> | string | undefined);
  return given instanceof Uint8Array && given.length >= BLOB_BODY_BYTES_MIN ? new Blob([given]) : given;
}

async function readBody(response: Response, bytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    length += part.value.length;
    if (length > bytesMax) {
      await reader?.cancel();
      throw new UnavailableError(`an answer was longer than ${bytesMax} bytes`);
    }
    parts.push(part.value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return body;
}
