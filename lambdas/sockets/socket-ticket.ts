import { createHash } from 'node:crypto';

/** What is stored of a ticket. A ticket has 256 random bits: nothing slower than one hash is needed. */
export function socketTicketHash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
