import { assert } from '@syncline/protocol';
import type { PackBuilder } from './pack-builder.ts';
import { runBounded } from './run-bounded.ts';
import { addedBytes, holdsBack, type ReadFile, type UploadCall } from './upload-group.ts';

/**
 * Stores contents of small files in packs, without upload sessions: their commits tell them. Outcomes are told as soon as they are there; answered are the
 * files that need a session all the same: their chunks were stored before, which the account may have to prove to have, or their packs were
 * refused. What goes into packs is added before this waits for anything.
 *
 * @throws UnavailableError and the signal's reason.
 */
export async function packContents(
  call: UploadCall,
  packs: PackBuilder,
  files: readonly ReadFile[],
): Promise<readonly ReadFile[]> {
  const packed = await runBounded(files.length, files, async (file) => {
    try {
      return await packContent(call, packs, file);
    } catch (failure) {
      if (holdsBack(call, file, failure)) return true;
      // At once, so that the other files of the call do not go on for nothing.
      call.fail(failure);
      throw failure;
    }
  });
  return files.filter((_, index) => packed[index] !== true);
}

/** Whether that was its end. */
async function packContent(
  { sending, onSending, onStored, onOutcome }: UploadCall,
  packs: PackBuilder,
  { index, content }: ReadFile,
): Promise<boolean> {
  const { chunks, contentHash, kept, source } = content;
  const [chunk, ...others] = chunks;
  assert(others.length === 0, 'a small file is one chunk');
  if (chunk !== undefined) {
    assert(kept !== undefined, 'all of a group of small files is kept');
    const { namespaceId } = source;
    const sent =
      sending.get(chunk.hash) ??
      packs.add({ ...chunk, destination: { namespaceId, bytes: addedBytes(source) }, bytes: () => kept });
    sending.set(chunk.hash, sent);
    onSending(index);
    const delivery = await sent;
    if (typeof delivery === 'object') {
      onOutcome(index, { kind: 'refused', problem: delivery.problem });
      return true;
    }
    if (delivery !== 'stored') return false;
    onStored(chunk.size);
  }
  onOutcome(index, { kind: 'packed', contentHash, size: source.size, chunks, unconfirmed: chunks.length });
  return true;
}
