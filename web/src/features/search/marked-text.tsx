import { shownName } from '../../ui/shown-name.ts';
import { markWords } from './mark-words.ts';

/** A text in which what was looked for is marked. */
export function MarkedText({ text, query }: { readonly text: string; readonly query: string }) {
  return markWords(shownName(text), query).map((part, index) =>
    part.isMatch ? (
      <mark key={`${index} ${part.text}`}>{part.text}</mark>
    ) : (
      <span key={`${index} ${part.text}`}>{part.text}</span>
    ),
  );
}
