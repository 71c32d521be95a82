import * as z from 'zod/mini';
import type { KeyRing } from '../runtime/key-ring.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { readToken, signToken } from '../runtime/signed-token.ts';

/** A page of what: a listing's kind and its subject, so that a token of one listing does not open another. */
export interface PageSubject {
  readonly listing:
    | 'children'
    | 'revisions'
    | 'content'
    | 'tree'
    | 'trash'
    | 'restore'
    | 'activity'
    | 'link-children'
    | 'link-content'
    | 'members'
    | 'search'
    | 'accounts';
  readonly subject: string;
}

export function signPage(keyRing: KeyRing, { listing, subject }: PageSubject, place: unknown): Promise<string> {
  return signToken(keyRing, 'page', { listing, subject, place });
}

/** The place that a token continues from; undefined without one. */
export async function readPage<S extends z.core.$ZodType>(
  keyRing: KeyRing,
  { listing, subject }: PageSubject,
  page: { readonly token: string | undefined; readonly place: S },
): Promise<Outcome<z.output<S> | undefined>> {
  if (page.token === undefined) return done(undefined);
  const schema = z.strictObject({ listing: z.literal(listing), subject: z.literal(subject), place: page.place });
  const payload = await readToken(keyRing, 'page', { token: page.token, schema });
  if (payload === undefined) return refused('invalid_request', 'the page token is not one of this listing: list again');
  return done((payload as { readonly place: z.output<S> }).place);
}
