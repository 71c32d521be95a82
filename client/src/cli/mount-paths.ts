import { type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { problemError } from './command-error.ts';
import type { Session } from './open-session.ts';

/** Where the account has each of its shared folders: the service tells paths in one from that folder's own top. */
export async function readMountPaths(session: Session, signal: AbortSignal): Promise<ReadonlyMap<NamespaceId, string>> {
  const answer = await session.api.listNamespaces({ signal });
  if (!answer.ok) throw problemError(answer.problem, 'The shared folders');
  const paths = new Map<NamespaceId, string>();
  for (const { namespaceId, mountId } of answer.value.folders) {
    const home = session.account.homeNamespaceId;
    const path =
      mountId === undefined ? undefined : await pathWithin(session, { namespaceId: home, nodeId: mountId }, signal);
    if (path !== undefined) paths.set(namespaceId, path);
  }
  return paths;
}

/** The path of a place in a namespace, as this account has it. One request of a path in the home namespace, which is told as it is. */
export async function placeOf(
  session: Session,
  namespaceId: NamespaceId,
  signal: AbortSignal,
): Promise<(path: string) => string> {
  if (namespaceId === session.account.homeNamespaceId) return (path) => path;
  const top = (await readMountPaths(session, signal)).get(namespaceId) ?? '';
  return (path) => pathBelow(top, path);
}

/** The path of something in a shared folder that stands at `top`, whose own top is `/`. */
export function pathBelow(top: string, path: string): string {
  return path === '/' && top !== '' ? top : `${top}${path}`;
}

/** Where the account has a node. Undefined when it is not there. Cost: that of `placeOf` and of `pathWithin`. */
export async function pathInAccount(
  session: Session,
  node: { readonly namespaceId: NamespaceId; readonly nodeId: NodeId },
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = await pathWithin(session, node, signal);
  return path === undefined ? undefined : (await placeOf(session, node.namespaceId, signal))(path);
}

/** The path of a node from the top of its namespace. Undefined when it is not there. Cost: a request for each folder on the way up. */
export async function pathWithin(
  session: Session,
  { namespaceId, nodeId }: { readonly namespaceId: NamespaceId; readonly nodeId: NodeId },
  signal: AbortSignal,
): Promise<string | undefined> {
  const names: string[] = [];
  for (let id = nodeId; id !== rootNodeId(namespaceId); ) {
    const answer = await session.api.getNode({ parameters: { nodeId: id }, query: { namespaceId }, signal });
    if (!answer.ok) {
      if (answer.problem.code === 'not_found') return undefined;
      throw problemError(answer.problem, 'Where a folder is');
    }
    const { name, parentId, deletedAt } = answer.value.node;
    if (deletedAt !== undefined) return undefined;
    names.unshift(name);
    id = parentId;
  }
  return `/${names.join('/')}`;
}
