import {
  DEPTH_MAX,
  type NamespaceId,
  type NodeId,
  nameDefect,
  nameKey,
  type RouteResponse,
  rootNodeId,
} from '@syncline/protocol';
import type { Caller } from '../runtime/caller.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { placeKey, type StoredNode } from './namespace-store.ts';
import { notFound, type OpenNamespaceDependencies, openNamespace } from './open-namespace.ts';
import { rootNode, toWireNode } from './wire-node.ts';

/**
 * The live node at a path such as `/a/b.txt`; `/` is the root. Names are compared exactly, then in the other Unicode forms.
 * A path leads through mounts: its end, which says in which namespace it stands, may lie in a shared folder.
 * Cost: a read for the namespace, one per component and one per mount on the way.
 */
export async function resolvePath(
  dependencies: OpenNamespaceDependencies,
  request: { readonly path: string; readonly namespaceId?: NamespaceId | undefined },
  caller: Caller,
): Promise<Outcome<RouteResponse<'resolvePath'>>> {
  const names = request.path.split('/').filter((name) => name !== '');
  if (names.length > DEPTH_MAX) {
    return refused('invalid_request', `a path has at most ${DEPTH_MAX} components`, {
      limit: 'DEPTH_MAX',
      max: DEPTH_MAX,
    });
  }
  const defect = names.map(nameDefect).find((found) => found !== undefined);
  if (defect !== undefined) return refused('invalid_request', `the path cannot exist: ${defect}`);
  const access = await openNamespace(dependencies, caller, request.namespaceId);
  if (access.kind === 'refused') return access;
  let { namespaceId } = access.value.head;
  let node: StoredNode = rootNode(namespaceId);
  let parentId: NodeId = rootNodeId(namespaceId);
  for (const name of names) {
    if (node.mountedNamespaceId !== undefined) {
      // The way goes on in the shared folder that stands here, if the caller may read it.
      const mounted = await openNamespace(dependencies, caller, node.mountedNamespaceId);
      if (mounted.kind === 'refused') return mounted;
      ({ namespaceId } = mounted.value.head);
      parentId = rootNodeId(namespaceId);
    }
    const found = await findNamed(dependencies, { namespaceId, parentId, name });
    if (found === undefined) return notFound();
    node = found;
    parentId = found.nodeId;
  }
  return done({ node: toWireNode(node) });
}

/** The child of exactly this name, or else of the same name in another Unicode form: keyboards differ in which they type. */
async function findNamed(
  { namespaces }: Pick<OpenNamespaceDependencies, 'namespaces'>,
  wanted: { readonly namespaceId: NamespaceId; readonly parentId: NodeId; readonly name: string },
): Promise<StoredNode | undefined> {
  const forms = [...new Set([wanted.name, wanted.name.normalize('NFC'), wanted.name.normalize('NFD')])];
  const places = forms.map((form) => ({ parentId: wanted.parentId, nameKey: nameKey(form) }));
  const found = await namespaces.getPlaces(wanted.namespaceId, places);
  return places.map((place) => found.get(placeKey(place))).find((node) => node !== undefined);
}
