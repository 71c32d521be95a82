import { GATHERED_CHARS_MAX, TEXT_BYTES_MAX } from './limits.ts';
import { type ReadOutcome, unread } from './read-outcome.ts';

/** Gathers the text of one content, as much of it as is kept. */
export class TextCollector {
  readonly #parts: string[] = [];
  #chars = 0;
  #isClosed = false;

  /** Nothing more is kept: whoever reads may stop. */
  get isFull(): boolean {
    return this.#isClosed || this.#chars >= GATHERED_CHARS_MAX;
  }

  /** What has been gathered is all of it. */
  close(): void {
    this.#isClosed = true;
  }

  add(text: string): void {
    if (text === '' || this.isFull) return;
    const part = text.slice(0, GATHERED_CHARS_MAX - this.#chars);
    this.#parts.push(part);
    this.#chars += part.length;
  }

  outcome(): ReadOutcome {
    const text = cleanText(this.#parts.join(''));
    return HAS_WORD.test(text) ? { kind: 'read', text } : unread('no-words');
  }
}

const HAS_WORD = /[\p{L}\p{N}]/u;
/** Hyphens that only show where a line may break, and marks of byte order. */
const UNSEEN = /[\u00AD\uFEFF]/g;
const GAP = /[\s\p{Cc}]+/gu;

/** Gaps become one space or one line feed, and no other control character is left: an index marks matches with them. */
function cleanText(text: string): string {
  const plain = text
    .toWellFormed()
    .replaceAll(UNSEEN, '')
    .replaceAll(GAP, (gap) => (gap.includes('\n') ? '\n' : ' '))
    .trim();
  const bytes = Buffer.from(plain);
  if (bytes.length <= TEXT_BYTES_MAX) return plain;
  // A character that is cut in two is held back.
  return new TextDecoder().decode(bytes.subarray(0, TEXT_BYTES_MAX), { stream: true });
}
