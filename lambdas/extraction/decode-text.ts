import { byteOrderOf } from './content-format.ts';

/**
 * The text of bytes, whose last character may be cut: by their mark of byte order, or as UTF-8 if they are that, or else as Windows-1252,
 * in which every byte is something.
 */
export function decodeText(bytes: Uint8Array): string {
  const marked = byteOrderOf(bytes);
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // What is held back at the end is a character that is cut, and no error.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
