import type { NodeId } from '@syncline/protocol';
import type { LocalNames } from './local-names.ts';
import { localNameOf, type RemoteTree, type SyncedNode, type SyncedTree } from './trees.ts';

export interface NamingInput {
  readonly names: LocalNames;
  readonly remote: RemoteTree;
  readonly synced: SyncedTree;
}

/**
 * Name at the service of what a folder of the disk holds under `localName`: the one that was agreed on; else what the local name
 * tells; else, where it does not tell it, that of the remote node which would be called so here.
 */
export function remoteName(input: NamingInput, parentId: NodeId, localName: string): string {
  const { names, remote } = input;
  if (names.isExact) return localName;
  const agreed = agreedAt(input, parentId, localName);
  if (agreed !== undefined) return agreed.name;
  if (!names.isShortened(localName)) return names.toName(localName);
  for (const there of remote.children(parentId)) if (names.toLocal(there.name) === localName) return there.name;
  return localName;
}

function agreedAt({ names, synced }: NamingInput, parentId: NodeId, localName: string): SyncedNode | undefined {
  for (const name of [names.toName(localName), localName]) {
    const agreed = synced.at({ parentId, name });
    if (agreed !== undefined && localNameOf(agreed) === localName) return agreed;
  }
  if (!names.isShortened(localName)) return undefined;
  for (const agreed of synced.children(parentId)) if (localNameOf(agreed) === localName) return agreed;
  return undefined;
}
