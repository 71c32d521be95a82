import { type Refused, refused } from '../runtime/outcome.ts';

/** The one answer to a change by somebody who may only read. */
export function refuseViewer(): Refused {
  return refused('forbidden', 'this account may read here, but not change anything: ask an owner to make it an editor');
}
