import {
  type ByteSpan,
  type ChunkPatch,
  type FieldDefect,
  PATCH_BYTES_MAX,
  type PatchBytes,
  type PatchPart,
} from '@syncline/protocol';
import type * as z from 'zod/mini';
import { NOT_OF_THIS_UPLOAD } from './open-session.ts';
import type { PlacesByHash } from './session-manifest.ts';

type Defect = z.infer<typeof FieldDefect>;

export function isSpan(part: PatchPart): part is ByteSpan {
  return !('bytes' in part);
}

/** The bytes of a part of its own. */
export function partBytes({ bytes }: PatchBytes): Uint8Array {
  return Buffer.from(bytes, 'base64');
}

/** All that can be known to be wrong of patches before their base is looked at. */
export function patchDefects(patches: readonly ChunkPatch[], places: PlacesByHash): readonly Defect[] {
  const defects: Defect[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const [index, { hash, parts }] of patches.entries()) {
    const path = `body.patches.${index}`;
    const size = places.get(hash)?.size;
    if (size === undefined) defects.push({ path: `${path}.hash`, message: NOT_OF_THIS_UPLOAD });
    if (seen.has(hash)) defects.push({ path: `${path}.hash`, message: 'must be named once' });
    seen.add(hash);
    const lengths = parts.map(partLength);
    for (const [part, length] of lengths.entries()) {
      if (length <= 0) defects.push({ path: `${path}.parts.${part}`, message: 'must have a byte, as it is written' });
    }
    const sum = lengths.reduce((one, other) => one + other, 0);
    if (size !== undefined && sum !== size) {
      defects.push({ path: `${path}.parts`, message: `must have ${size} bytes together, as the chunk has` });
    }
    bytes += size ?? 0;
  }
  if (bytes > PATCH_BYTES_MAX) {
    const message = `must have at most PATCH_BYTES_MAX bytes together: ${PATCH_BYTES_MAX}`;
    defects.push({ path: 'body.patches', message });
  }
  return defects;
}

/** Spans that end behind the base. */
export function spanDefects(patches: readonly ChunkPatch[], size: number): readonly Defect[] {
  return patches.flatMap(({ parts }, index) =>
    parts.flatMap((part, place) =>
      isSpan(part) && part.end > size
        ? [{ path: `body.patches.${index}.parts.${place}.end`, message: 'must lie in the base' }]
        : [],
    ),
  );
}

/** 0 for base64 that is none: Node would skip what it does not understand. */
function partLength(part: PatchPart): number {
  if (isSpan(part)) return part.end - part.start;
  return part.bytes.length % BASE64_DIGITS === 0 ? Buffer.byteLength(part.bytes, 'base64') : 0;
}

/** Digits of base64 that are written together. Source: RFC 4648, section 4. */
const BASE64_DIGITS = 4;
