import { FAILED_RETRY } from './limits.ts';

/** What an SQS event source hands over, as far as it is looked at. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". */
export interface ReceivedMessages {
  readonly Records: readonly ReceivedMessage[];
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly receiptHandle: string;
  /** How often it was tried, this time included, and when it was sent first. */
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
}

export interface ReceivedResult {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** A queue as whoever takes messages out of it sees it. */
export interface ReceivedQueue {
  /** Lets a message that was received, and is not done, come again after so many seconds. @throws UnavailableError. Cost: a request. */
  hide(receipt: string, forSeconds: number): Promise<void>;
}

/** Seconds until a message that failed is tried again: twice as long after each try. Pure. */
export function retrySeconds(
  { attributes }: ReceivedMessage,
  { secondsMin, secondsMax }: { readonly secondsMin: number; readonly secondsMax: number },
): number {
  return Math.min(secondsMax, secondsMin * 2 ** (Number(attributes.ApproximateReceiveCount) - 1));
}

/**
 * Lets a message that failed come again the later the more often it failed, so that what was away for a while is waited for no longer than that again.
 * @throws UnavailableError: it stays hidden for as long as the queue hides everything, so nothing is lost but time.
 */
export async function hideFailed(queue: ReceivedQueue, message: ReceivedMessage): Promise<void> {
  await queue.hide(message.receiptHandle, retrySeconds(message, FAILED_RETRY));
}
