/**
 * Text that may come from other people, made safe for a terminal: control characters (which could move the cursor or change
 * colours and titles), bidirectional overrides and lone surrogates are shown as escapes.
 */
export function escapeText(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `\\u{${point.toString(16)}}`;
  });
}

/** A name or path as a message shows it. */
export function quote(text: string): string {
  return `'${escapeText(text)}'`;
}
