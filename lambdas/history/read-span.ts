import { assert, type NamespaceId, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import type { JournalEntry, NamespaceStore } from '../namespaces/namespace-store.ts';

/** A stretch of a journal: the entries above `after` up to `upTo`. */
export interface Span {
  readonly namespaceId: NamespaceId;
  readonly after: number;
  readonly upTo: number;
}

/** All entries of a span, in order. Precondition: none of them has expired. Cost: a Query per PAGE_ENTRIES_MAX. */
export async function readSpan(
  { namespaces }: { readonly namespaces: Pick<NamespaceStore, 'listEntries'> },
  { namespaceId, after, upTo }: Span,
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let read = after;
  while (read < upTo) {
    const page = await namespaces.listEntries({
      namespaceId,
      after: read,
      limit: Math.min(PAGE_ENTRIES_MAX, upTo - read),
    });
    assert(page[0]?.seq === read + 1, 'a span of the journal has no gap');
    // One by one: a call takes no hundred thousand arguments.
    for (const entry of page) entries.push(entry);
    read = entries.at(-1)?.seq ?? upTo;
  }
  return entries;
}
