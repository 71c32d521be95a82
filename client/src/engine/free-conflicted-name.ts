import { assert } from '@syncline/protocol';
import { CONFLICT_NAMES_MAX } from './limits.ts';
import type { Place } from './node-tree.ts';
import type { Planning } from './planning.ts';

/** A name for a conflicted copy that is free on both sides. */
export function freeConflictedName(planning: Planning, place: Place): string {
  const { policy, localAfter, remoteAfter, local } = planning;
  for (let attempt = 1; attempt <= CONFLICT_NAMES_MAX; attempt++) {
    const name = policy.conflictedName(place.name, attempt);
    const wanted = { parentId: place.parentId, name };
    const obstructed = local.obstacles.get(place.parentId)?.has(name) === true;
    if (!obstructed && localAfter.at(wanted) === undefined && remoteAfter.at(wanted) === undefined) return name;
  }
  assert(false, 'a folder has a free name');
}
