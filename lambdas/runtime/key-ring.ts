/** The deployment's secret for signing cursors, page tokens, challenges, writer tags, downloads, origin keys, content keys and webhooks. Never leaves the server. */
export interface KeyRing {
  /** HMAC-SHA256 over `message` with a key derived for `purpose`, 32 bytes. */
  sign(purpose: KeyPurpose, message: Uint8Array | string): Promise<Uint8Array>;
}

export type KeyPurpose = 'cursor' | 'page' | 'challenge' | 'writer' | 'download' | 'origin' | 'content' | 'webhook';
