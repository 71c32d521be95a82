import type { AccountId } from '@syncline/protocol';
import type { Hint } from './hint.ts';

/** Pages of members who are yet to be told, for namespaces that have too many members to be told at once. */
export interface PushQueue {
  /**
   * Hands pages over, each of which is delivered at least once, in any order, and no earlier than its delay says.
   * @throws UnavailableError when not all of them were taken; a repeat hands some over twice. Cost: a request a page.
   */
  send(pages: readonly DelayedPage[]): Promise<void>;
}

export interface DelayedPage {
  readonly page: MemberPage;
  /** Whole seconds, 900 at most. */
  readonly delaySeconds: number;
}

/** A hint for the members whose account ids lie between two, both included. Who they are is read when it is delivered. */
export interface MemberPage {
  readonly hint: Hint;
  readonly first: AccountId;
  readonly last: AccountId;
}
