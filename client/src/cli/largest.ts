import type { Node, NodeId } from '@syncline/protocol';

/** A file or folder, and what it takes with all below it. */
export interface Sized {
  readonly path: string;
  readonly bytes: number;
}

export interface Largest {
  readonly bytes: number;
  readonly files: readonly Sized[];
  readonly folders: readonly Sized[];
}

/**
 * The `count` largest files, and folders with all below them, of a tree whose nodes are told parents first; `top` is the path of its root. Mounts are no
 * part of it.
 */
export function findLargest(
  nodes: readonly Node[],
  { top, count }: { readonly top: string; readonly count: number },
): Largest {
  const paths = new Map<NodeId, string>();
  for (const { nodeId, parentId, name } of nodes) paths.set(nodeId, `${paths.get(parentId) ?? top}/${name}`);
  const below = new Map<NodeId, number>();
  let bytes = 0;
  for (const { kind, nodeId, parentId, size } of nodes.toReversed()) {
    const own = kind === 'file' ? size : (below.get(nodeId) ?? 0);
    below.set(parentId, (below.get(parentId) ?? 0) + own);
    if (kind === 'file') bytes += size;
  }
  const sized = (kind: Node['kind']) =>
    nodes
      .filter((node) => node.kind === kind)
      .map(({ nodeId, size }) => ({
        path: paths.get(nodeId) ?? '',
        bytes: kind === 'file' ? size : (below.get(nodeId) ?? 0),
      }));
  return { bytes, files: firstOf(sized('file'), count), folders: firstOf(sized('folder'), count) };
}

/** The largest first; of the same size in the order of their paths. */
export function firstOf(sized: readonly Sized[], count: number): readonly Sized[] {
  return sized
    .filter(({ bytes }) => bytes > 0)
    .toSorted(compareSized)
    .slice(0, count);
}

function compareSized(left: Sized, right: Sized): number {
  if (left.bytes !== right.bytes) return right.bytes - left.bytes;
  return left.path < right.path ? -1 : 1;
}
