import * as z from 'zod/mini';
import { decodeAnswer } from './decode-answer.ts';
import { NamespaceId, NodeId, WebhookId } from './ids.ts';
import { WEBHOOK_URL_CHARS_MAX, WEBHOOKS_MAX } from './limits.ts';
import { Instant, Sequence } from './nodes.ts';

/** Where messages are sent. Of which addresses it may be is the service's to say: docs/PROTOCOL.md, "Webhooks". */
export const WebhookUrl = z.string().check(z.minLength(1), z.maxLength(WEBHOOK_URL_CHARS_MAX), z.regex(/^[!-~]+$/));

/** `whsec_` and 256 bits in base64. Source: Standard Webhooks 1.0, "Symmetric signatures". */
export const WebhookSecret = z.string().check(z.regex(/^whsec_[A-Za-z0-9+/]{43}=$/, 'a webhook secret begins whsec_'));

/**
 * Why nothing is sent any more: for days nobody has taken a message, the receiver has said that it is gone for good (410), or the account may
 * not read the namespace any more; or the folder is gone for good, or it is, or lies in, a shared folder by now, whose changes are told there.
 */
export const WebhookEnd = z.enum(['failing', 'gone', 'access_lost', 'folder_gone', 'folder_shared']);
export type WebhookEnd = z.infer<typeof WebhookEnd>;

/** `refused`: an answer that is not 2xx. `unreachable`: none in time. `forbidden`: its name leads to an address that is not public. */
export const WebhookOutcome = z.enum(['delivered', 'refused', 'unreachable', 'forbidden']);
export type WebhookOutcome = z.infer<typeof WebhookOutcome>;

/** How the last try went. */
export const WebhookResult = z.strictObject({ at: Instant, outcome: WebhookOutcome, status: z.optional(z.int()) });
export type WebhookResult = z.infer<typeof WebhookResult>;

/**
 * A webhook as its maker sees it. Its receiver has been told of the journal up to `seq` of `epoch`; or, where it is for a folder, what it has not been told of
 * up to there did not happen in it.
 */
export const Webhook = z.strictObject({
  webhookId: WebhookId,
  namespaceId: NamespaceId,
  /** The folder that is followed, wherever it is moved; absent when it is all of the namespace. */
  folderId: z.optional(NodeId),
  url: z.string(),
  createdAt: Instant,
  epoch: z.int(),
  seq: Sequence,
  last: z.optional(WebhookResult),
  /** Since when every try has failed. */
  failingSince: z.optional(Instant),
  /** Since when its receiver knows that the folder is in the trash. It is told when the folder is back, or gone for good. */
  restingSince: z.optional(Instant),
  /** Absent while messages are sent. */
  end: z.optional(WebhookEnd),
});
export type Webhook = z.infer<typeof Webhook>;

/** Without a folder, or with the root, the webhook is for all of the namespace. */
export const CreateWebhookRequest = z.strictObject({
  namespaceId: NamespaceId,
  folderId: z.optional(NodeId),
  url: WebhookUrl,
});
export type CreateWebhookRequest = z.infer<typeof CreateWebhookRequest>;
export const WebhookParameters = z.strictObject({ webhookId: WebhookId });

/** The only answer that ever has the secret. */
export const CreateWebhookResponse = z.strictObject({ webhook: Webhook, secret: WebhookSecret });
/** Oldest first, with those that have ended. */
export const WebhooksResponse = z.strictObject({ webhooks: z.array(Webhook).check(z.maxLength(WEBHOOKS_MAX)) });
export const TestWebhookResponse = z.strictObject({ webhook: Webhook });
/** Also where there was no webhook. */
export const RemovedWebhookResponse = z.strictObject({ webhookId: WebhookId });

/**
 * What is posted to a receiver: the namespace's journal has reached `seq`, and something that is followed has changed on the way. It may come twice and out of
 * order, and one may stand for many changes; what has changed is in the delta. `webhook.test` is sent because somebody asked for it, and says how far the journal is.
 */
export const WebhookMessage = z.strictObject({
  type: z.enum(['namespace.changed', 'webhook.test']),
  timestamp: Instant,
  data: z.strictObject({
    webhookId: WebhookId,
    namespaceId: NamespaceId,
    folderId: z.optional(NodeId),
    epoch: z.int(),
    seq: Sequence,
  }),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

/** A message of whatever version of the service; undefined when it is none. */
export function decodeWebhookMessage(value: unknown): WebhookMessage | undefined {
  return decodeAnswer(WebhookMessage, value).data;
}
