/** SHA-256 as lowercase hexadecimal, by Web Crypto. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

/** Web Crypto hashes nothing at once. */
export const sha256Now: ((bytes: Uint8Array) => string) | undefined = undefined;

/** HMAC-SHA256 as lowercase hexadecimal. */
export async function hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const signer = await crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, algorithm, false, ['sign']);
  return toHex(await crypto.subtle.sign('HMAC', signer, bytes as Uint8Array<ArrayBuffer>));
}

/** SHA-256 of bytes that come in parts. */
export interface Sha256 {
  /** Takes the next part. Its bytes may change afterwards. */
  update(bytes: Uint8Array): void;
  /** Lowercase hexadecimal. Ends the object's use. */
  digest(): string | Promise<string>;
}

/** Memory in which parts are put together, that is kept for the next hash: as many as are usually filled at once. */
const IDLE_BUFFERS_MAX = 2;
const BUFFER_BYTES_MIN = 1024 * 1024;
const idle: Uint8Array<ArrayBuffer>[] = [];

/** Web Crypto hashes nothing in parts, so they are put together. It copies what it is given at once, so the memory is free again. */
export function openSha256(): Sha256 {
  let buffer: Uint8Array<ArrayBuffer> | undefined;
  let length = 0;
  const roomFor = (bytes: number): Uint8Array<ArrayBuffer> => {
    const present = buffer ?? idle.pop();
    if (present !== undefined && present.length >= bytes) return present;
    const grown = new Uint8Array(Math.max(BUFFER_BYTES_MIN, bytes, 2 * (present?.length ?? 0)));
    if (buffer !== undefined) grown.set(buffer.subarray(0, length));
    return grown;
  };
  return {
    update: (bytes) => {
      buffer = roomFor(length + bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    digest: () => {
      const filled = buffer;
      buffer = undefined;
      if (filled === undefined) return sha256(new Uint8Array(0));
      const hash = sha256(filled.subarray(0, length));
      if (idle.length < IDLE_BUFFERS_MAX) idle.push(filled);
      return hash;
    },
  };
}

function toHex(buffer: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, '0');
  return text;
}
