import type { Node } from '@syncline/protocol';
import { TEXT_BYTES_MAX } from '../preview/limits.ts';
import { previewKind } from '../preview/preview-kind.ts';

/** Whether the small editor opens a file: a text, as far as its name tells, of which nothing is left out. */
export function isEditable({ kind, name, size }: Pick<Node, 'kind' | 'name' | 'size'>): boolean {
  const shown = previewKind(name);
  return kind === 'file' && size <= TEXT_BYTES_MAX && (shown === 'text' || shown === 'table');
}
