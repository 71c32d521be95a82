import type { ContentFormat } from './content-format.ts';
import { decodeText } from './decode-text.ts';
import { readArchive } from './read-archive.ts';
import { readHtml } from './read-html.ts';
import { readImage } from './read-image.ts';
import { readMail } from './read-mail.ts';
import { type ReadOutcome, unread } from './read-outcome.ts';
import { readPdf } from './read-pdf.ts';
import { TextCollector } from './text-collector.ts';

/**
 * The text of a content, from its bytes alone: same bytes, same text. What its format does not allow is `damaged`, whatever the reader of the
 * format makes of it. Time and memory are for the caller to bound (process-content-reader.ts).
 */
export async function readContent(format: ContentFormat, bytes: Uint8Array): Promise<ReadOutcome> {
  const collector = new TextCollector();
  try {
    switch (format) {
      case 'text':
        collector.add(decodeText(bytes));
        break;
      case 'html':
        readHtml(bytes, collector);
        break;
      case 'mail':
        await readMail(bytes, collector);
        break;
      case 'image':
        await readImage(bytes, collector);
        break;
      case 'pdf':
        return await readPdf(bytes);
      case 'archive':
        return await readArchive(bytes);
    }
  } catch {
    // Libraries say in many ways that bytes are not what they should be; all of them mean the same here.
    return unread('damaged');
  }
  return collector.outcome();
}
