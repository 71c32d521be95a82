import type { NamespaceId, NodeId } from '@syncline/protocol';
import type { Item } from '../lambdas/runtime/dynamodb-api.ts';
import type { FindingCode } from './findings.ts';

/** One thing that is wrong. */
export interface Finding {
  readonly code: FindingCode;
  readonly about: Subject;
  /** What was seen, for people who look into it. */
  readonly detail?: string;
  /** Where the file stands, or stood. */
  readonly path?: string;
  readonly mend?: Mend;
}

/** What a finding is about, by its ids. */
export interface Subject {
  readonly namespaceId?: NamespaceId;
  readonly nodeId?: NodeId;
  readonly rev?: number;
  readonly seq?: number;
  readonly accountId?: string;
  readonly domain?: string;
  readonly hash?: string;
  readonly objectKey?: string;
  readonly linkId?: string;
}

/** What mends a finding. None of it can lose a byte. */
export type Mend =
  | { readonly kind: 'row'; readonly change: RowChange }
  | { readonly kind: 'add-references'; readonly namespaceId: NamespaceId; readonly nodeId: NodeId }
  | { readonly kind: 'project'; readonly namespaceId: NamespaceId }
  | { readonly kind: 'restore-record'; readonly domain: string; readonly hash: string; readonly size: number };

/**
 * A row that becomes another one, comes to be, or goes; only if it is as it was seen then. `before` and `after` in the other order undo it.
 */
export interface RowChange {
  readonly table: TableRole;
  readonly before?: Item;
  readonly after?: Item;
}

export type TableRole = 'accounts' | 'changes' | 'chunks' | 'files';

/** Tells two findings apart. */
export function findingKey({ code, about }: Finding): string {
  return JSON.stringify([code, Object.entries(about).toSorted(([left], [right]) => (left < right ? -1 : 1))]);
}
