import { hash } from 'node:crypto';
import { storedLength } from '@syncline/protocol';
import { openStored } from '../chunks/open-stored.ts';
import type { PlacedMember } from './place-members.ts';

/** Indexes of the members whose bytes in the pack, opened, are not the ones that their hash names. */
export function findWrongMembers(members: readonly PlacedMember[], pack: Uint8Array): readonly number[] {
  return [...members.keys()].filter((index) => {
    const member = members[index] as PlacedMember;
    const bytes = openStored(member, pack.subarray(member.offset, member.offset + storedLength(member)));
    return bytes === undefined || hash('sha256', bytes) !== member.hash;
  });
}
