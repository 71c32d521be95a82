import { assert } from '@syncline/protocol';
import { CONFLICT_NAMES_MAX } from './limits.ts';
import type { Place } from './node-tree.ts';
import type { Planning } from './planning.ts';

/** A name for a conflicted copy that is free on both sides. */
export function freeConflictedName(planning: Planning, place: Place): string {
  for (let attempt = 1; attempt <= CONFLICT_NAMES_MAX; attempt++) {
    const name = planning.policy.conflictedName(place.name, attempt);
    if (isFree(planning, { parentId: place.parentId, name })) return name;
  }
  assert(false, 'a folder has a free name');
}

/** The place itself where it is free on both sides, or one beside it for a conflicted copy. */
export function freePlace(planning: Planning, place: Place): Place {
  return isFree(planning, place) ? place : { ...place, name: freeConflictedName(planning, place) };
}

function isFree({ localAfter, remoteAfter, local }: Planning, place: Place): boolean {
  if (local.obstacles.get(place.parentId)?.has(place.name) === true) return false;
  return localAfter.at(place) === undefined && remoteAfter.at(place) === undefined;
}
