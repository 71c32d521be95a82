/** SHA-256 as lowercase hexadecimal, by Web Crypto. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

/** HMAC-SHA256 as lowercase hexadecimal. */
export async function hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const signer = await crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, algorithm, false, ['sign']);
  return toHex(await crypto.subtle.sign('HMAC', signer, bytes as Uint8Array<ArrayBuffer>));
}

function toHex(buffer: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, '0');
  return text;
}
