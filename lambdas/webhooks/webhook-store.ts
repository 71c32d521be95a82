import type {
  AccountId,
  EpochMs,
  NamespaceId,
  NodeId,
  WebhookEnd,
  WebhookId,
  WebhookOutcome,
} from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';

/** Webhooks by the namespace that they follow, and by the account that made them. Strongly consistent. */
export interface WebhookStore {
  /** Writes a webhook, all or nothing. Precondition: its id is fresh. Cost: a transaction of 2 items. */
  create(webhook: StoredWebhook): Promise<void>;
  /** Cost: 1 read. */
  get(key: WebhookKey): Promise<StoredWebhook | undefined>;
  /** The webhook of that id, if the account made it. Cost: 2 reads. */
  find(accountId: AccountId, webhookId: WebhookId): Promise<StoredWebhook | undefined>;
  /** All that the account has made, oldest first. Cost: a Query, and a BatchGetItem per 100. */
  listOwn(accountId: AccountId): Promise<readonly StoredWebhook[]>;
  /** All that follow a namespace, in no order. Cost: a Query. */
  listFollowers(namespaceId: NamespaceId): Promise<readonly StoredWebhook[]>;
  /**
   * Changes what is named, and answers true. Nothing happens where there is no such webhook, or where `told` is given and its receiver was told up to another place
   * by now. Cost: 1 write.
   */
  change(key: WebhookKey, change: WebhookChange, told?: JournalPosition): Promise<boolean>;
  /** Idempotent. Cost: a transaction of 2 items. */
  remove(webhook: WebhookKey & { readonly accountId: AccountId }): Promise<void>;
}

export interface WebhookKey {
  readonly namespaceId: NamespaceId;
  readonly webhookId: WebhookId;
}

export interface StoredWebhook extends WebhookKey, WebhookState {
  /** Who made it. It tells what this account may read now, and never more. */
  readonly accountId: AccountId;
  /** The folder that it follows; absent when that is all of the namespace. */
  readonly folderId?: NodeId;
  readonly url: string;
  readonly createdAt: EpochMs;
}

/** How far its receiver has been told all that it follows, and what is on its way. */
export interface WebhookState {
  readonly told: JournalPosition;
  /** Until then a message that was queued is on its way, so that no further one is needed. */
  readonly quietUntil?: EpochMs;
  /** Of that message. */
  readonly ticket?: string;
  readonly last?: StoredResult;
  readonly failingSince?: EpochMs;
  /** Since when its receiver knows that the folder is in the trash. */
  readonly restingSince?: EpochMs;
  /** Two messages were on their way at once, and nobody knows which of them the receiver acted on last. */
  readonly isUnsure?: boolean;
  readonly end?: WebhookEnd;
}

export interface StoredResult {
  readonly at: EpochMs;
  readonly outcome: WebhookOutcome;
  readonly status?: number;
}

/** Undefined takes a value away; what is not named stays. */
export type WebhookChange = { readonly [K in keyof WebhookState]?: WebhookState[K] | undefined };
