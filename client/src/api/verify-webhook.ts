import { decodeWebhookMessage, WEBHOOK_REPLAY_MS, type WebhookMessage, WebhookSecret } from '@syncline/protocol';

/** A request that a receiver got, as it came. */
export interface ReceivedWebhook {
  /** By lower-case name, as Node has them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it was sent: parsed and written again it is another one. */
  readonly body: string;
}

export interface VerifyWebhookOptions {
  /** As it was told when the webhook was made. */
  readonly secret: string;
  /** Now, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** `messageId` is the same for repeats of the same news: whoever keeps those of the last days can leave repeats out. */
export type VerifiedWebhook =
  | { readonly kind: 'genuine'; readonly message: WebhookMessage; readonly messageId: string }
  | { readonly kind: 'refused'; readonly reason: 'headers' | 'time' | 'signature' | 'message' };

/** More than that stand in no header of ours; each costs a computation. */
const SIGNATURES_MAX = 8;
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;

/**
 * Whether a request is a message of the service: signed with the secret, over these very bytes, and not older than WEBHOOK_REPLAY_MS. Answer 401 to what is
 * refused, and any 2xx to what is genuine, before the work is done. Source: Standard Webhooks 1.0.
 *
 * @throws TypeError when the secret is none.
 */
export async function verifyWebhook(
  received: ReceivedWebhook,
  options: VerifyWebhookOptions,
): Promise<VerifiedWebhook> {
  const { secret, nowMs } = options;
  if (!WebhookSecret.safeParse(secret).success) throw new TypeError('a webhook secret begins whsec_');
  const [messageId, timestamp, signatures] = (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const).map(
    (name) => received.headers[name],
  );
  if (typeof messageId !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return { kind: 'refused', reason: 'headers' };
  }
  if (!/^\d{1,12}$/.test(timestamp)) return { kind: 'refused', reason: 'headers' };
  if (Math.abs(nowMs - Number(timestamp) * 1000) > WEBHOOK_REPLAY_MS) return { kind: 'refused', reason: 'time' };
  const signed = new TextEncoder().encode(`${messageId}.${timestamp}.${received.body}`);
  if (!(await isSigned(secret, signed, signatures))) return { kind: 'refused', reason: 'signature' };
  const message = decodeWebhookMessage(parseJson(received.body));
  return message === undefined ? { kind: 'refused', reason: 'message' } : { kind: 'genuine', message, messageId };
}

async function isSigned(secret: string, signed: Uint8Array<ArrayBuffer>, signatures: string): Promise<boolean> {
  const key = fromBase64(secret.slice('whsec_'.length));
  const verifier = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const one of signatures.split(' ', SIGNATURES_MAX)) {
    const [, text] = SIGNATURE.exec(one) ?? [];
    if (text !== undefined && (await crypto.subtle.verify('HMAC', verifier, fromBase64(text), signed))) return true;
  }
  return false;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is no message, and the caller is told so.
    return undefined;
  }
}
