import type { Problem } from '@syncline/protocol';

/** What reading from the service has come to. `torn`: a tree was listed that may have changed meanwhile, which the delta behind it tells. */
export type PullOutcome =
  | { readonly kind: 'pulled' | 'torn' }
  | { readonly kind: 'refused'; readonly problem: Problem };

export const PULLED: PullOutcome = { kind: 'pulled' };
export const TORN: PullOutcome = { kind: 'torn' };
