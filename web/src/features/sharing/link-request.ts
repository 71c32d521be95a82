import { type CreateLinkRequest, LINK_DOWNLOADS_MAX, LinkPassword } from '@syncline/protocol';
import * as z from 'zod/mini';

/** What is typed into the form of a link; empty means without. */
export interface LinkOptions {
  readonly password: string;
  readonly maxUses: string;
}

export type LinkRequestOutcome =
  | { readonly kind: 'request'; readonly body: CreateLinkRequest }
  | { readonly kind: 'problem'; readonly field: keyof LinkOptions };

/** The request of a link with what was typed, or which field cannot be taken. */
export function linkRequest(base: CreateLinkRequest, { password, maxUses }: LinkOptions): LinkRequestOutcome {
  if (password !== '' && !z.safeParse(LinkPassword, password).success) return { kind: 'problem', field: 'password' };
  const uses = maxUses.trim();
  const count = Number(uses);
  if (uses !== '' && !(/^[0-9]+$/.test(uses) && count >= 1 && count <= LINK_DOWNLOADS_MAX)) {
    return { kind: 'problem', field: 'maxUses' };
  }
  return {
    kind: 'request',
    body: { ...base, ...(password === '' ? {} : { password }), ...(uses === '' ? {} : { maxUses: count }) },
  };
}
