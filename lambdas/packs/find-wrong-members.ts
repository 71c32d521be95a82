import { hash } from 'node:crypto';
import type { PlacedMember } from './place-members.ts';

/** Indexes of the members whose bytes in the pack are not the ones that their hash names. */
export function findWrongMembers(members: readonly PlacedMember[], pack: Uint8Array): readonly number[] {
  return [...members.keys()].filter((index) => {
    const { hash: expected, offset, size } = members[index] as PlacedMember;
    const bytes = pack.subarray(offset, offset + size);
    return bytes.length !== size || hash('sha256', bytes) !== expected;
  });
}
