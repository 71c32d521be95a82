import type { NamespaceId } from '@syncline/protocol';

export interface CursorPosition {
  readonly namespaceId: NamespaceId;
  readonly epoch: number;
  readonly seq: number;
}

/** What stands in a cursor; that it was not forged is its reader's check. */
export function positionsIn(cursor: string): readonly CursorPosition[] {
  const json = JSON.parse(Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString()) as {
    readonly at: readonly (readonly [NamespaceId, number, number])[];
  };
  return json.at.map(([namespaceId, epoch, seq]) => ({ namespaceId, epoch, seq }));
}
