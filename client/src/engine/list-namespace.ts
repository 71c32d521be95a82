import { assert, type NamespaceId, type Node, type NodeId, type Problem } from '@syncline/protocol';
import { PAGES_MAX } from './limits.ts';
import type { Remote } from './ports.ts';

export type Listing =
  | { readonly kind: 'listed'; readonly nodes: readonly Node[]; readonly seq: number }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** What is to be listed: all of a namespace, or what lies below one of its folders. */
export interface ListedFolder {
  readonly namespaceId: NamespaceId;
  readonly folderId: NodeId | undefined;
}

/**
 * Everything below a folder, parents before their children, and how far the journal had come when the listing began: changes that came
 * while it was read may show in it or not.
 */
export async function listPages(remote: Remote, { namespaceId, folderId }: ListedFolder): Promise<Listing> {
  const nodes: Node[] = [];
  const open: { readonly folderId: NodeId | undefined; readonly page: string | undefined }[] = [
    { folderId, page: undefined },
  ];
  let begin: number | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const next = open.pop();
    if (next === undefined) break;
    const answer = await remote.listTree({ namespaceId, ...next });
    if (answer.kind === 'refused') {
      // A deep folder that went away meanwhile has nothing to list; the delta tells that next.
      if (begin !== undefined && answer.problem.code === 'not_found') continue;
      return answer;
    }
    begin ??= answer.value.seq;
    nodes.push(...answer.value.nodes);
    // Folders so deep that a page has no room for the way to them: left out, they would look deleted.
    for (const unlisted of answer.value.unlisted ?? []) open.push({ folderId: unlisted, page: undefined });
    if (answer.value.nextPage !== undefined) open.push({ ...next, page: answer.value.nextPage });
  }
  assert(begin !== undefined && open.length === 0, 'a listing comes to its end');
  return { kind: 'listed', nodes, seq: begin };
}
