import { TextDecoder } from 'node:util';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { byteOrderOf } from './content-format.ts';
import { type DocumentPart, documentParts } from './document-parts.ts';
import { ARCHIVE_ENTRIES_MAX, UNPACKED_BYTES_MAX } from './limits.ts';
import { markupParser } from './markup-parser.ts';
import { type ReadOutcome, unread } from './read-outcome.ts';
import { TextCollector } from './text-collector.ts';

/**
 * Reads a document of an office or a book, which is an archive of markup. Its parts are unpacked piece by piece, only those that have text, and
 * only until there is enough of it: whatever an archive says of its sizes, memory is that of one piece. An archive within is not opened.
 */
export async function readArchive(bytes: Uint8Array): Promise<ReadOutcome> {
  const archive = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
    lazyEntries: true,
    autoClose: false,
  });
  const entries = new Map<string, Entry>();
  for await (const entry of archive.eachEntry()) {
    if (entries.size >= ARCHIVE_ENTRIES_MAX) break;
    entries.set(entry.fileName, entry);
  }
  const parts = documentParts([...entries.keys()]);
  if (parts === undefined) return unread('no-text');
  const collector = new TextCollector();
  const budget = { bytes: UNPACKED_BYTES_MAX };
  for (const part of parts) {
    const entry = entries.get(part.name);
    if (entry === undefined) continue;
    if (entry.isEncrypted()) return unread('encrypted');
    await readPart({ archive, entry, part, collector, budget });
    if (collector.isFull || budget.bytes <= 0) break;
  }
  const outcome = collector.outcome();
  return outcome.kind === 'unread' && budget.bytes <= 0 ? unread('unpacks-to-too-much') : outcome;
}

interface PartReading {
  readonly archive: ZipFile;
  readonly entry: Entry;
  readonly part: DocumentPart;
  readonly collector: TextCollector;
  /** What may still be unpacked. */
  readonly budget: { bytes: number };
}

async function readPart({ archive, entry, part, collector, budget }: PartReading): Promise<void> {
  const parser = markupParser(collector, part.rules);
  let decoder: TextDecoder | undefined;
  for await (const piece of await archive.openReadStreamPromise(entry)) {
    const bytes = piece as Uint8Array;
    decoder ??= new TextDecoder(byteOrderOf(bytes) ?? 'utf-8');
    parser.write(decoder.decode(bytes, { stream: true }));
    budget.bytes -= bytes.length;
    if (collector.isFull || budget.bytes <= 0) break;
  }
  parser.end();
}
