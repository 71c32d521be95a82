import { type ApiClient, UnavailableError } from '@syncline/client';
import { type Node, PAGE_ENTRIES_MAX } from '@syncline/protocol';
import { KNOWN_NAMES_PAGES_MAX } from './limits.ts';
import type { UploadTarget } from './transfer-state.ts';
import type { PresentNode } from './upload-journal.ts';

/**
 * Which names exist in a folder, so that a person is asked before a large file is sent. It may be out of date, or incomplete in a very large
 * folder: the commit decides, and tells what it has found.
 */
export class KnownNames {
  readonly #api: Pick<ApiClient, 'listChildren'>;
  readonly #folders = new Map<string, Promise<Map<string, PresentNode>>>();

  constructor(api: Pick<ApiClient, 'listChildren'>) {
    this.#api = api;
  }

  /** @throws UnavailableError */
  async of(folder: UploadTarget, options: { readonly isNew: boolean }): Promise<Map<string, PresentNode>> {
    const known = this.#folders.get(folder.folderId);
    if (known !== undefined) return known;
    const listed = options.isNew ? Promise.resolve(new Map<string, PresentNode>()) : this.#list(folder);
    this.#folders.set(folder.folderId, listed);
    listed.catch(() => this.#folders.delete(folder.folderId));
    return listed;
  }

  /** Looks again at the next question. */
  forget(): void {
    this.#folders.clear();
  }

  async #list({ namespaceId, folderId }: UploadTarget): Promise<Map<string, PresentNode>> {
    const names = new Map<string, PresentNode>();
    let page: string | undefined;
    for (let pages = 0; pages < KNOWN_NAMES_PAGES_MAX; pages++) {
      const query = { namespaceId, page, limit: String(PAGE_ENTRIES_MAX) };
      const answer = await this.#api.listChildren({ parameters: { nodeId: folderId }, query });
      if (!answer.ok) {
        if (answer.problem.remedy === 'retry') throw new UnavailableError(answer.problem.detail);
        return names;
      }
      for (const node of answer.value.nodes) names.set(node.name, presentNode(node));
      page = answer.value.nextPage;
      if (page === undefined) break;
    }
    return names;
  }
}

export function presentNode({ nodeId, rev, kind, contentRev, size }: Node): PresentNode {
  return kind === 'file' ? { nodeId, rev, kind, content: { rev: contentRev, size } } : { nodeId, rev, kind: 'folder' };
}
