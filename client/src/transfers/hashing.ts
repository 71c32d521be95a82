import { ChunkHash, type ChunkRef, ContentHash, packManifest } from '@syncline/protocol';

/** Lowercase hexadecimal SHA-256, by Web Crypto: off the main thread, and the same in browsers and Node. */
async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

export async function hashChunk(bytes: Uint8Array): Promise<ChunkHash> {
  return ChunkHash.parse(await sha256Hex(bytes));
}

/** The name of a content: the hash of its packed manifest. */
export async function hashManifest(chunks: readonly ChunkRef[]): Promise<ContentHash> {
  return ContentHash.parse(await sha256Hex(packManifest(chunks)));
}

/** What only somebody who has the chunk can compute: HMAC-SHA256(key = the challenge's bytes, message = the chunk's). */
export async function proveChunk(challenge: string, bytes: Uint8Array): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', fromHex(challenge), algorithm, false, ['sign']);
  return toHex(await crypto.subtle.sign('HMAC', key, bytes as Uint8Array<ArrayBuffer>));
}

function toHex(buffer: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, '0');
  return text;
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}
