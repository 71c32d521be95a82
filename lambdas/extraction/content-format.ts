import { OPEN_ENDED_BYTES_MAX, WHOLE_BYTES_MAX } from './limits.ts';

/** What is read alike. Documents of offices and books are archives. */
export type ContentFormat = 'text' | 'html' | 'mail' | 'pdf' | 'archive' | 'image';

/** How much of a content of a format is read; one that is read whole and is longer is not read. */
export const FORMAT_EXTENT: Readonly<Record<ContentFormat, { readonly bytesMax: number; readonly isWhole: boolean }>> =
  {
    text: { bytesMax: OPEN_ENDED_BYTES_MAX, isWhole: false },
    html: { bytesMax: OPEN_ENDED_BYTES_MAX, isWhole: false },
    mail: { bytesMax: OPEN_ENDED_BYTES_MAX, isWhole: false },
    image: { bytesMax: OPEN_ENDED_BYTES_MAX, isWhole: false },
    pdf: { bytesMax: WHOLE_BYTES_MAX, isWhole: true },
    archive: { bytesMax: WHOLE_BYTES_MAX, isWhole: true },
  };

/** Where readers look for the mark of a PDF. Source: ISO 32000-1, Annex H, implementation note 13. */
const PDF_MARK_BYTES = 1024;
/** How much of a start is looked at for tags and headers. */
const HEAD_BYTES = 4096;
/** Headers that make a text a mail, of which two must stand before its first empty line. */
const MAIL_HEADERS_MIN = 2;

/**
 * The format of a content by its first bytes; undefined when it is of none that is read. Names have no say, so that a file that is renamed is what it was.
 */
export function formatOf(start: Uint8Array): ContentFormat | undefined {
  const head = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, HEAD_BYTES)).toString('latin1');
  if (head.slice(0, PDF_MARK_BYTES).includes('%PDF-')) return 'pdf';
  if (head.startsWith('PK\u0003\u0004')) return 'archive';
  if (IMAGE.test(head)) return 'image';
  if (!isText(start)) return undefined;
  if (HTML.test(head)) return 'html';
  return isMail(head) ? 'mail' : 'text';
}

/** JPEG, PNG, TIFF in both orders of bytes, HEIF and AVIF. */
const IMAGE =
  /^(?:\u00FF\u00D8\u00FF|\u0089PNG\r\n\u001A\n|II\*\u0000|MM\u0000\*|[^]{4}ftyp(?:heic|heix|heim|heis|hevc|mif1|msf1|avif|avis))/;
const HTML =
  /^(?:\u00EF\u00BB\u00BF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i;
const MAIL_HEADER = /^(?:received|from|to|subject|date|message-id|mime-version|return-path|delivered-to):/i;
const HEADER_LINE = /^[!-9;-~]+:/;
/** Control characters that no text has; escapes stand in logs. */
const NO_TEXT = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/;

function isText(start: Uint8Array): boolean {
  if (start.length === 0) return false;
  if (byteOrderOf(start) !== undefined) return true;
  return !NO_TEXT.test(Buffer.from(start.buffer, start.byteOffset, start.length).toString('latin1'));
}

function isMail(head: string): boolean {
  if (!HEADER_LINE.test(head)) return false;
  const [headers = ''] = head.split(/\r?\n\r?\n/, 1);
  return headers.split('\n').filter((line) => MAIL_HEADER.test(line)).length >= MAIL_HEADERS_MIN;
}

/** The encoding that a mark of byte order at the beginning tells. */
export function byteOrderOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
