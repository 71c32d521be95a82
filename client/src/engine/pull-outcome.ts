import type { Problem } from '@syncline/protocol';

/** What reading from the service has come to. */
export type PullOutcome = { readonly kind: 'pulled' } | { readonly kind: 'refused'; readonly problem: Problem };

export const PULLED: PullOutcome = { kind: 'pulled' };
