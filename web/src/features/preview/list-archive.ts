import type { ReadPart } from '../../content/read-part.ts';
import { ARCHIVE_DIRECTORY_BYTES_MAX, ARCHIVE_END_BYTES, ARCHIVE_ENTRIES_MAX } from './limits.ts';

export interface ArchiveEntry {
  readonly path: string;
  readonly size: number;
}

const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;

/**
 * What a ZIP archive says that it holds, at most ARCHIVE_ENTRIES_MAX entries, from the directory at its end alone. Undefined for what is no
 * archive, or one of a form that is read by archivers only (ZIP64, several volumes).
 * Source: APPNOTE.TXT, PKWARE Inc., sections 4.3.12 and 4.3.16.
 */
export async function listArchive(size: number, read: ReadPart): Promise<readonly ArchiveEntry[] | undefined> {
  const endStart = Math.max(0, size - ARCHIVE_END_BYTES);
  const tail = viewOf(await read(endStart, size));
  const place = findEnd(tail);
  if (place === undefined) return undefined;
  const length = tail.getUint32(place + 12, true);
  const start = tail.getUint32(place + 16, true);
  if (length > ARCHIVE_DIRECTORY_BYTES_MAX || start + length > size) return undefined;
  return entriesOf(viewOf(await read(start, start + length)));
}

function findEnd(tail: DataView): number | undefined {
  for (let place = tail.byteLength - END_BYTES; place >= 0; place--) {
    if (tail.getUint32(place, true) === END_MARK) return place;
  }
  return undefined;
}

function entriesOf(directory: DataView): readonly ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  const decoder = new TextDecoder();
  for (let place = 0; place + ENTRY_BYTES <= directory.byteLength && entries.length < ARCHIVE_ENTRIES_MAX; ) {
    if (directory.getUint32(place, true) !== ENTRY_MARK) break;
    const nameBytes = directory.getUint16(place + 28, true);
    const others = directory.getUint16(place + 30, true) + directory.getUint16(place + 32, true);
    const nameStart = place + ENTRY_BYTES;
    if (nameStart + nameBytes > directory.byteLength) break;
    const name = new Uint8Array(directory.buffer, directory.byteOffset + nameStart, nameBytes);
    entries.push({ path: decoder.decode(name), size: directory.getUint32(place + 24, true) });
    place = nameStart + nameBytes + others;
  }
  return entries;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
