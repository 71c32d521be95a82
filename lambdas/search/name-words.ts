import { WORD_CHARS_MAX, WORDS_MAX } from './limits.ts';

/** Runs of letters (with their marks) and digits, in every script. */
const RUN = /[\p{L}\p{M}\p{N}]+/gu;
/** Within a run: where a lower-case letter meets a capital, the last capital of several a word, and letters meet digits. */
const SEAM = /(?<=[\p{Ll}\p{Lo}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{N})(?=\p{L})|(?<=\p{L})(?=\p{N})/u;
/** Scripts that are written without spaces between words: each character is a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * The words by which a name is found, in their order: `Résumé_2026-finalDraft.pdf` has `resume`, `2026`, `final`, `draft`, `finaldraft`, `pdf`.
 * Names and queries are taken apart by the same rule, so whatever is a part of a name to this rule finds it, whoever typed which case or accent.
 * At most WORDS_MAX words.
 */
export function nameWords(name: string): readonly string[] {
  const words: string[] = [];
  for (const [run] of name.matchAll(RUN)) {
    if (words.length >= WORDS_MAX) break;
    const parts = run.split(SEAM).flatMap(splitUnspaced);
    words.push(...parts.map(foldWord));
    if (parts.length > 1 && !UNSPACED.test(run)) words.push(foldWord(run));
  }
  return words.filter((word) => word !== '').slice(0, WORDS_MAX);
}

/** Lower case, without accents, and no longer than counts. */
export function foldWord(word: string): string {
  const plain = word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return Array.from(plain).slice(0, WORD_CHARS_MAX).join('');
}

function splitUnspaced(part: string): readonly string[] {
  return UNSPACED.test(part) ? Array.from(part).filter((character) => !/^\p{M}$/u.test(character)) : [part];
}
