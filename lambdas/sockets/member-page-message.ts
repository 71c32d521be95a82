import { AccountId, ChangedMessage, DeviceId } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { MemberPage } from './push-queue.ts';

const Message = z.strictObject({
  hint: z.strictObject({ message: ChangedMessage, author: z.optional(DeviceId) }),
  first: AccountId,
  last: AccountId,
});

/** A page as the body of a queue's message. Ids and counts alone: no name, no address. */
export function encodeMemberPage(page: MemberPage): string {
  return JSON.stringify(page);
}

/** Reads the body of a message. @throws when it is none: such a message must be put aside, not guessed at. */
export function decodeMemberPage(body: string): MemberPage {
  const { hint, first, last } = Message.parse(JSON.parse(body));
  const { message, author } = hint;
  return { hint: author === undefined ? { message } : { message, author }, first, last };
}
