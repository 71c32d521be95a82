import type { ReceivedMessage } from '../../lambdas/runtime/received-messages.ts';

/** A message as a queue hands it over. */
export function receivedMessage(messageId: string, body: string, { receives = 1, sentAt = 0 } = {}): ReceivedMessage {
  const attributes = { ApproximateReceiveCount: `${receives}`, SentTimestamp: `${sentAt}` };
  return { messageId, body, receiptHandle: `receipt of ${messageId}`, attributes };
}
