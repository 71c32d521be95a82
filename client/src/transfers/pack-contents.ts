import type { PackBuilder } from './pack-builder.ts';
import { runBounded } from './run-bounded.ts';
import type { ReadFile, UploadCall } from './upload-group.ts';

/** Whether a content can do without an upload session, if its chunk comes in a pack: it has one chunk at most, which is in memory. */
export function isTellable({ content: { chunks, kept } }: ReadFile): boolean {
  return chunks.length === 0 || (chunks.length === 1 && kept !== undefined);
}

/**
 * Stores contents in packs, without upload sessions: their commits tell them. Outcomes are told as soon as they are there; answered are the
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
  const packed = await runBounded(files.length, files, (file) => packContent(call, packs, file));
  return files.filter((_, index) => packed[index] !== true);
}

/** Whether that was its end. */
async function packContent(
  { sending, onSending, onStored, onOutcome }: UploadCall,
  packs: PackBuilder,
  { index, content }: ReadFile,
): Promise<boolean> {
  const { chunks, contentHash, kept, source } = content;
  const [chunk] = chunks;
  if (chunk !== undefined && kept !== undefined) {
    const { namespaceId } = source;
    const sent = sending.get(chunk.hash) ?? packs.add({ ...chunk, namespaceId, bytes: () => kept });
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
