import { type ApiAnswer, type ApiClient, packCommits, type Random, UnavailableError } from '@syncline/client';
import {
  type CommitRequest,
  type Node,
  type OperationError,
  type OperationResult,
  opId,
  type StoredContent,
} from '@syncline/protocol';
import { presentNode } from './known-names.ts';
import { newId } from './new-id.ts';
import type { UploadTarget } from './transfer-state.ts';
import type { PresentNode } from './upload-journal.ts';

/** A stored content, and the place where it is to be a file. */
export interface StoredUpload {
  readonly place: UploadTarget;
  readonly name: string;
  /** The file that it becomes the next revision of. */
  readonly replaces?: PresentNode | undefined;
  readonly stored: StoredContent;
  readonly unconfirmed: number;
  readonly modifiedAtMs: number;
}

/**
 * - `committed` it is a file;
 * - `name-taken` another node has that name: nothing was written;
 * - `folder-gone` the folder, or the file to be replaced, was deleted meanwhile;
 * - `refused` by the service.
 */
export type CommitOutcome =
  | { readonly kind: 'committed'; readonly node: Node }
  | { readonly kind: 'name-taken'; readonly present: PresentNode }
  | { readonly kind: 'folder-gone' }
  | { readonly kind: 'refused'; readonly error: Pick<OperationError, 'code' | 'detail'> };

interface Waiting {
  readonly upload: StoredUpload;
  readonly unconfirmed: number;
  readonly settle: (outcome: CommitOutcome) => void;
  readonly fail: (failure: unknown) => void;
}

/**
 * Makes files of stored contents. What is ready while a commit is under way goes together with the next one, so thousands of small files
 * take tens of commits.
 *
 * A repeat after a lost answer makes no second file: the same content under the same name is no conflict.
 */
export class UploadCommitter {
  readonly #api: Pick<ApiClient, 'commit'>;
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #isCommitting = false;

  constructor({ api, random }: { readonly api: Pick<ApiClient, 'commit'>; readonly random: Random }) {
    this.#api = api;
    this.#random = random;
  }

  /** @throws UnavailableError  it is not known whether the commit was made: repeat it. */
  commit(upload: StoredUpload): Promise<CommitOutcome> {
    return new Promise<CommitOutcome>((settle, fail) => {
      this.#waiting.push({ upload, unconfirmed: upload.unconfirmed, settle, fail });
      if (!this.#isCommitting) void this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    while (this.#waiting.length > 0) {
      const [batch = []] = packCommits(this.#waiting);
      this.#waiting = this.#waiting.slice(batch.length);
      try {
        const outcomes = outcomesOf(await this.#api.commit({ body: this.#requestOf(batch) }), batch.length);
        batch.forEach(({ settle }, index) => settle(outcomes[index] ?? { kind: 'folder-gone' }));
      } catch (failure) {
        for (const { fail } of batch) fail(failure);
      }
    }
    this.#isCommitting = false;
  }

  #requestOf(batch: readonly Waiting[]): CommitRequest {
    const id = newId(this.#random);
    const operations = batch.map(({ upload }, index) => {
      const { place, name, replaces, stored, modifiedAtMs } = upload;
      return {
        type: 'put' as const,
        opId: opId(id, index),
        namespaceId: place.namespaceId,
        parentId: place.folderId,
        name,
        ...(replaces === undefined ? {} : { nodeId: replaces.nodeId }),
        baseRev: replaces?.rev ?? 0,
        ...stored,
        clientModifiedAt: new Date(modifiedAtMs).toISOString(),
        // A tab keeps no clock of its own: it has seen as many changes of the file as the file has revisions.
        clock: (replaces?.rev ?? 0) + 1,
        // A person has said that this one shall stand; what stood stays a revision. Of a new name nothing was said.
        onConflict: replaces === undefined ? ('fail' as const) : ('keep_mine' as const),
      };
    });
    return { operations };
  }
}

function outcomesOf(
  answer: ApiAnswer<{ readonly results: readonly OperationResult[] }>,
  count: number,
): readonly CommitOutcome[] {
  if (answer.ok) return answer.value.results.map(outcomeOf);
  const { code, remedy, detail } = answer.problem;
  if (remedy === 'retry') throw new UnavailableError(detail);
  return Array.from({ length: count }, () => ({ kind: 'refused', error: { code, detail } }));
}

function outcomeOf(result: OperationResult): CommitOutcome {
  switch (result.status) {
    case 'committed':
      return { kind: 'committed', node: result.node };
    case 'conflict': {
      const { kind, serverNodeId, serverRev } = result.conflict;
      if (kind !== 'name_taken') return { kind: 'folder-gone' };
      const { node } = result;
      const present = node === undefined ? { kind: 'file' as const } : presentNode(node);
      return { kind: 'name-taken', present: { ...present, nodeId: serverNodeId, rev: serverRev } };
    }
    case 'error':
      return { kind: 'refused', error: result.error };
  }
}
