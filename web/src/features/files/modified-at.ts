import type { Node } from '@syncline/protocol';

/** When a file was written last, as its own device tells it, or else when it was stored here. A camera writes there when a picture was taken. */
export function modifiedAtOf({ clientModifiedAt, modifiedAt }: Pick<Node, 'clientModifiedAt' | 'modifiedAt'>): string {
  return clientModifiedAt ?? modifiedAt;
}
