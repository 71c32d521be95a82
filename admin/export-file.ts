import { hash as digest } from 'node:crypto';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ChunkRef, parseInstant, SECOND_MS, storedLength, unpackManifest } from '@syncline/protocol';
import { errorCode } from '../client/src/platform/node/error-code.ts';
import { isOwnObject } from '../lambdas/chunks/chunk-index.ts';
import { manifestObjectKey } from '../lambdas/chunks/object-store.ts';
import { openStored } from '../lambdas/chunks/open-stored.ts';
import type { StoredRevision } from '../lambdas/namespaces/namespace-store.ts';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import type { Audit } from './audit.ts';
import type { ExportFolder } from './export-folder.ts';
import { CHUNKS_IN_FLIGHT_MAX } from './limits.ts';

/** `there`: it was written before. `lost`: it cannot be read, and `why` says what is missing. */
export type ExportOutcome =
  | { readonly kind: 'written' | 'there'; readonly size: number }
  | { readonly kind: 'lost'; readonly why: string };

const MODE = 0o644;
const MODE_EXECUTABLE = 0o755;

/**
 * Writes one content as a file. It appears under its name only when every chunk was read, was the one that its name says, and is on the
 * disk; with the time at which it was changed. A file with this size and time is taken for written before, and left alone.
 */
export async function exportFile(
  audit: Audit,
  folder: ExportFolder,
  { revision, target }: { readonly revision: StoredRevision; readonly target: string },
): Promise<ExportOutcome> {
  const { size, nodeId } = revision;
  const changedAt = parseInstant(revision.clientModifiedAt ?? revision.committedAt) / SECOND_MS;
  if (await isThere(target, { size, changedAt })) return { kind: 'there', size };
  const unfinished = path.join(folder.unfinished, nodeId);
  const file = await open(unfinished, 'w', revision.executable === true ? MODE_EXECUTABLE : MODE);
  try {
    const why = await writeContent(audit, file, revision);
    if (why !== undefined) return { kind: 'lost', why };
    await file.utimes(changedAt, changedAt);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, target);
  return { kind: 'written', size };
}

async function isThere(
  target: string,
  { size, changedAt }: { readonly size: number; readonly changedAt: number },
): Promise<boolean> {
  try {
    const found = await stat(target);
    // Disks keep times more or less exactly.
    return found.isFile() && found.size === size && Math.abs(found.mtimeMs / SECOND_MS - changedAt) < 2;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What is missing; undefined when everything was written. */
async function writeContent(audit: Audit, file: FileHandle, revision: StoredRevision): Promise<string | undefined> {
  const { domain, contentHash } = revision;
  const packed = revision.manifest ?? (await audit.objects.read(manifestObjectKey(domain, contentHash)));
  if (packed === undefined) return 'its list of chunks is gone';
  if (digest('sha256', packed) !== contentHash) return 'its list of chunks is not the one that its name says';
  const chunks = unpackManifest(packed);
  for (let from = 0; from < chunks.length; from += CHUNKS_IN_FLIGHT_MAX) {
    const together = chunks.slice(from, from + CHUNKS_IN_FLIGHT_MAX);
    const read = await mapBounded(CHUNKS_IN_FLIGHT_MAX, together, (chunk) => readChunk(audit, domain, chunk));
    for (const bytes of read) {
      if (typeof bytes === 'string') return bytes;
      await file.writeFile(bytes);
    }
  }
  return undefined;
}

/** The bytes of a chunk, or what is wrong with it. */
async function readChunk(
  { chunks, objects }: Audit,
  domain: string,
  { hash, size }: ChunkRef,
): Promise<Uint8Array | string> {
  const record = (await chunks.locate(domain, [hash])).get(hash);
  if (record === undefined) return `the chunk ${hash} has no record`;
  const range = isOwnObject(record) ? undefined : { offset: record.offset, length: storedLength(record) };
  const stored = await objects.read(record.objectKey, range);
  if (stored === undefined) return `the object ${record.objectKey} is gone`;
  const bytes = openStored({ ...record, size }, stored);
  if (bytes === undefined || digest('sha256', bytes) !== hash) return `the bytes of the chunk ${hash} are damaged`;
  return bytes;
}
