import { type ChunkHash, type FieldDefect, manifestSize, type Pack } from '@syncline/protocol';
import type * as z from 'zod/mini';
import { refusedFor } from '../runtime/decode-request.ts';
import type { Refused } from '../runtime/outcome.ts';

/** All that can be known to be wrong from the description of a pack alone. */
export function checkPack({ size, members }: Pack): Refused | undefined {
  const defects: z.infer<typeof FieldDefect>[] = [];
  if (manifestSize(members) !== size) {
    defects.push({ path: 'body.size', message: 'must be the sum of the member sizes' });
  }
  const named = new Set<ChunkHash>();
  members.forEach(({ hash }, index) => {
    if (named.has(hash)) defects.push({ path: `body.members.${index}.hash`, message: 'must stand once' });
    named.add(hash);
  });
  return defects.length === 0 ? undefined : refusedFor(defects);
}
