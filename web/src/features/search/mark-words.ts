/** A piece of a text, and whether it is what was looked for. */
export interface MarkedPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Marks in a name where words begin with what was looked for; case and accents do not count, as in the search itself. */
export function markWords(text: string, query: string): readonly MarkedPart[] {
  const words = [...query.matchAll(/(?<![\p{L}\p{N}])-?"?([\p{L}\p{N}]+)/gu)]
    .filter(([whole]) => !whole.startsWith('-'))
    .map(([, word]) => plain(word ?? ''))
    .filter((word) => word !== '');
  if (words.length === 0) return [{ text, isMatch: false }];
  const parts: MarkedPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const [word] = match;
    const length = Math.max(0, ...words.map((wanted) => matchedLength(word, wanted)));
    if (length === 0) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), isMatch: false });
    parts.push({ text: text.slice(match.index, match.index + length), isMatch: true });
    from = match.index + length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false });
  return parts;
}

/** How many units of a word are the wanted beginning; 0 when it does not begin so. */
function matchedLength(word: string, wanted: string): number {
  let seen = '';
  let length = 0;
  for (const character of word) {
    // Accents that stand as characters of their own belong to the one before.
    if (seen.length >= wanted.length && plain(character) !== '') break;
    seen += plain(character);
    length += character.length;
  }
  return seen.startsWith(wanted) ? length : 0;
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
