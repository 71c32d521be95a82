import { type PackMember, storedLength } from '@syncline/protocol';

export interface PlacedMember extends PackMember {
  /** First byte in the pack. */
  readonly offset: number;
}

/** Where the members of a pack lie in it: one after the other, from its first byte. */
export function placeMembers(members: readonly PackMember[]): readonly PlacedMember[] {
  let offset = 0;
  return members.map((member) => {
    const placed = { ...member, offset };
    offset += storedLength(member);
    return placed;
  });
}
