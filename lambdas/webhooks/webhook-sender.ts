/** Posts messages to receivers that anybody may have named. */
export interface WebhookSender {
  /** What came of one try. Nothing is followed, and nothing of an answer is read but its status. */
  send(post: WebhookPost): Promise<SendResult>;
}

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type SendResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'forbidden' };
