import { type ApiClient, UnavailableError } from '@syncline/client';
import { type NamespaceId, type Node, type NodeId, rootNodeId } from '@syncline/protocol';
import type { ArchiveFile } from './content-messages.ts';
import { ARCHIVE_FILES_MAX } from './limits.ts';

/**
 * The files of what was chosen, with all that lies below folders, in the order of the listing. Undefined when there are more than
 * ARCHIVE_FILES_MAX.
 * @throws UnavailableError, also where a folder is refused: an archive holds all or is not made.
 */
export async function archiveFiles(
  api: Pick<ApiClient, 'listChildren'>,
  nodes: readonly Node[],
): Promise<readonly ArchiveFile[] | undefined> {
  const files: ArchiveFile[] = [];
  const left = nodes.map((node) => ({ node, above: '' }));
  for (let entry = left.shift(); entry !== undefined; entry = left.shift()) {
    const { node, above } = entry;
    const path = above + node.name;
    if (node.kind === 'file') files.push(fileOf(node, path));
    else {
      const children = await childrenOf(api, insideOf(node));
      left.unshift(...children.map((child) => ({ node: child, above: `${path}/` })));
    }
    if (files.length + left.length > ARCHIVE_FILES_MAX) return undefined;
  }
  return files;
}

function fileOf({ namespaceId, nodeId, contentRev, size, clientModifiedAt, modifiedAt }: Node, path: string) {
  return { path, namespaceId, nodeId, rev: contentRev, size, modifiedAtMs: Date.parse(clientModifiedAt ?? modifiedAt) };
}

interface Inside {
  readonly namespaceId: NamespaceId;
  readonly nodeId: NodeId;
}

/** What lies in a mount is of the namespace that is mounted. */
function insideOf({ namespaceId, nodeId, mountedNamespaceId }: Node): Inside {
  if (mountedNamespaceId === undefined) return { namespaceId, nodeId };
  return { namespaceId: mountedNamespaceId, nodeId: rootNodeId(mountedNamespaceId) };
}

async function childrenOf(api: Pick<ApiClient, 'listChildren'>, { namespaceId, nodeId }: Inside) {
  const nodes: Node[] = [];
  let page: string | undefined;
  do {
    const answer = await api.listChildren({ parameters: { nodeId }, query: { namespaceId, page } });
    if (!answer.ok) throw new UnavailableError(answer.problem.detail);
    nodes.push(...answer.value.nodes);
    page = answer.value.nextPage;
  } while (page !== undefined && nodes.length <= ARCHIVE_FILES_MAX);
  return nodes;
}
