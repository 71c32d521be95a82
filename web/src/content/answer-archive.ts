import { downloadZip, predictLength } from 'client-zip';
import { headersOf } from './answer-content.ts';
import type { ArchiveFile } from './content-messages.ts';
import { streamContent } from './content-stream.ts';
import { ARCHIVE_FILES_AHEAD } from './limits.ts';
import type { OpenContent } from './open-content.ts';

/**
 * A ZIP archive of files, made while it is read: of no file more than a few chunks are in memory. Files are stored as they are. Its length is
 * known before, so that a browser shows how far it is, and tells an archive that broke off from a whole one.
 */
export function answerArchive(
  name: string,
  files: readonly ArchiveFile[],
  open: (file: ArchiveFile) => OpenContent,
): Response {
  const described = files.map((file) => ({
    name: file.path,
    size: file.size,
    lastModified: new Date(file.modifiedAtMs),
  }));
  const length = predictLength(described);
  const { body } = downloadZip(entriesOf(files, open), { buffersAreUTF8: true });
  const headers = { ...headersOf({ name, isDownload: true }), 'content-length': String(length) };
  return new Response(body, { status: 200, headers });
}

/** The next few are opened before their turn: most of what a small file takes is waiting. */
async function* entriesOf(files: readonly ArchiveFile[], open: (file: ArchiveFile) => OpenContent) {
  const opened = files.slice(0, ARCHIVE_FILES_AHEAD).map((file) => begin(file, open));
  for (const [index, file] of files.entries()) {
    const next = files[index + ARCHIVE_FILES_AHEAD];
    if (next !== undefined) opened.push(begin(next, open));
    const content = opened.shift();
    if (content === undefined) return;
    const input = file.size === 0 ? new Uint8Array(0) : streamContent(content, { start: 0, end: file.size });
    yield { name: file.path, size: file.size, lastModified: new Date(file.modifiedAtMs), input };
  }
}

function begin(file: ArchiveFile, open: (file: ArchiveFile) => OpenContent): OpenContent {
  const content = open(file);
  // Told when its turn comes.
  content.size().catch(() => undefined);
  return content;
}
