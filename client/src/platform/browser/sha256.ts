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

/** Web Crypto hashes nothing in parts, so they are kept until the end. */
export function openSha256(): Sha256 {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  return {
    update: (bytes) => {
      parts.push(bytes.slice());
      length += bytes.length;
    },
    digest: () => {
      const [first] = parts;
      if (first !== undefined && parts.length === 1) return sha256(first);
      const whole = new Uint8Array(length);
      let end = 0;
      for (const part of parts) {
        whole.set(part, end);
        end += part.length;
      }
      return sha256(whole);
    },
  };
}

function toHex(buffer: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, '0');
  return text;
}
