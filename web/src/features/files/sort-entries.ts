import type { Node } from '@syncline/protocol';
import { modifiedAtOf } from './modified-at.ts';

export type SortColumn = 'name' | 'modified' | 'size';
export interface SortOrder {
  readonly column: SortColumn;
  readonly isDescending: boolean;
}

type Compare = (a: Node, b: Node) => number;

/** Names as people of a language order them, with numbers by their value: `page 9` before `page 10`. */
export function nameCollator(language: string): Intl.Collator {
  return new Intl.Collator(language, { numeric: true });
}

/** Folders before files, whatever the direction; what is equal in the column stands by name, and what has the same name by id. */
export function compareEntries({ column, isDescending }: SortOrder, collator: Intl.Collator): Compare {
  const direction = isDescending ? -1 : 1;
  const nameDirection = column === 'name' ? direction : 1;
  return (a, b) => {
    const byKind = Number(a.kind === 'file') - Number(b.kind === 'file');
    if (byKind !== 0) return byKind;
    const byColumn = compareColumn(column, a, b);
    if (byColumn !== 0) return direction * byColumn;
    const byName = collator.compare(a.name, b.name);
    if (byName !== 0) return nameDirection * byName;
    const exactly = compareTexts(a.name, b.name);
    return exactly === 0 ? compareTexts(a.nodeId, b.nodeId) : nameDirection * exactly;
  };
}

/**
 * The entries in order. `previous` is what was answered for an earlier listing in the same order: where little has changed since, only
 * that is put into its place, since a folder may have 100,000 entries.
 */
export function sortEntries(
  nodes: ReadonlyMap<Node['nodeId'], Node>,
  compare: Compare,
  previous: readonly Node[] = [],
): readonly Node[] {
  const kept = previous.filter((node) => nodes.get(node.nodeId) === node);
  if (nodes.size - kept.length > Math.max(16, nodes.size / 64)) return [...nodes.values()].toSorted(compare);
  const known = new Set(kept);
  const added = [...nodes.values()].filter((node) => !known.has(node)).toSorted(compare);
  return added.length === 0 && kept.length === previous.length ? previous : merged(kept, added, compare);
}

function merged(a: readonly Node[], b: readonly Node[], compare: Compare): readonly Node[] {
  const all: Node[] = [];
  let next = 0;
  for (const node of a) {
    for (let other = b[next]; other !== undefined && compare(other, node) < 0; other = b[next]) {
      all.push(other);
      next += 1;
    }
    all.push(node);
  }
  return [...all, ...b.slice(next)];
}

function compareColumn(column: SortColumn, a: Node, b: Node): number {
  switch (column) {
    case 'name':
      return 0;
    case 'modified':
      return compareTexts(modifiedAtOf(a), modifiedAtOf(b));
    case 'size':
      return a.size - b.size;
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
