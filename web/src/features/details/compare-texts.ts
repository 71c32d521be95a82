import { diffArrays } from 'diff';
import { COMPARED_EDITS_MAX, COMPARED_LINES_AROUND } from './limits.ts';

/** One line of a comparison, with its number in the text that it is in. `gap`: lines that both have and that are left out. */
export type ComparedLine =
  | { readonly kind: 'same'; readonly text: string; readonly before: number; readonly after: number }
  | { readonly kind: 'removed'; readonly text: string; readonly before: number }
  | { readonly kind: 'added'; readonly text: string; readonly after: number }
  | { readonly kind: 'gap'; readonly count: number; readonly before: number };

/** What stands on the left and on the right of one row; a side is absent where the other has a line more. */
export interface ComparedPair {
  readonly key: string;
  readonly before?: ComparedLine;
  readonly after?: ComparedLine;
}

/**
 * What is different between two texts, line by line, with COMPARED_LINES_AROUND of what is around it. Empty when nothing is, undefined when
 * they differ in more than COMPARED_EDITS_MAX lines: then no comparison says more than the texts themselves.
 */
export function compareTexts(before: string, after: string): readonly ComparedLine[] | undefined {
  const changes = diffArrays(linesOf(before), linesOf(after), { maxEditLength: COMPARED_EDITS_MAX });
  if (changes === undefined) return undefined;
  if (changes.every(({ added, removed }) => !added && !removed)) return [];
  const lines: ComparedLine[] = [];
  const at = { before: 1, after: 1 };
  for (const { value, added, removed } of changes) {
    for (const text of value) {
      if (added) lines.push({ kind: 'added', text, after: at.after++ });
      else if (removed) lines.push({ kind: 'removed', text, before: at.before++ });
      else lines.push({ kind: 'same', text, before: at.before++, after: at.after++ });
    }
  }
  return withoutFarLines(lines);
}

/** The same lines for two columns: what was taken out stands beside what came instead. */
export function pairLines(lines: readonly ComparedLine[]): readonly ComparedPair[] {
  const pairs: { key: string; before?: ComparedLine; after?: ComparedLine }[] = [];
  /** The first pair whose right side is free, of the block that is being read. */
  let free = 0;
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'removed') pairs.push({ key: String(index), before: line });
    else if (line.kind === 'added') {
      const beside = pairs[free];
      if (beside === undefined) pairs.push({ key: String(index), after: line });
      else beside.after = line;
      free += 1;
      continue;
    } else pairs.push({ key: String(index), before: line, after: line });
    if (line.kind !== 'removed') free = pairs.length;
  }
  return pairs;
}

function withoutFarLines(lines: readonly ComparedLine[]): readonly ComparedLine[] {
  const isNear = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let near = index - COMPARED_LINES_AROUND; near <= index + COMPARED_LINES_AROUND; near++) isNear.add(near);
  }
  const kept: ComparedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const last = kept.at(-1);
    if (isNear.has(index) || line.kind !== 'same') kept.push(line);
    else if (last?.kind === 'gap') kept[kept.length - 1] = { ...last, count: last.count + 1 };
    else kept.push({ kind: 'gap', count: 1, before: line.before });
  }
  return kept;
}

/** Without the empty line after a last line break; ends of lines of other systems are no difference. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
