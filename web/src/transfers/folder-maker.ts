import { type ApiClient, type Random, UnavailableError } from '@syncline/client';
import { COMMIT_OPERATIONS_MAX, type NamespaceId, type Node, NodeId, opId, rootNodeId } from '@syncline/protocol';
import { newId } from './new-id.ts';
import { refusedUpload } from './refused-upload.ts';
import type { TransferFailure, UploadTarget } from './transfer-state.ts';
import type { UploadRecord } from './upload-journal.ts';

/** Where the files of a folder go. `isNew`: nothing can be in it yet. */
export interface MadeFolder extends UploadTarget {
  readonly isNew: boolean;
}

export type FolderOutcome =
  | { readonly kind: 'made'; readonly folder: MadeFolder }
  | {
      readonly kind: 'refused';
      readonly reason: { readonly failure: TransferFailure; readonly detail?: string };
    };

/** What came together, and the folder into which it goes. */
export type FolderBatch = Pick<UploadRecord, 'batch' | 'target'>;

interface Wanted {
  readonly path: readonly string[];
  readonly parent: MadeFolder;
}

/**
 * Makes the folders of what was dropped below a target, level by level, COMMIT_OPERATIONS_MAX with each request. A folder that exists is
 * taken as it is, so repeating it makes none twice. Each batch looks for itself what is there: what an earlier one has made may be renamed
 * or deleted since.
 */
export class FolderMaker {
  readonly #api: Pick<ApiClient, 'commit'>;
  readonly #random: Random;
  readonly #onNode: (node: Node) => void;
  readonly #known = new Map<string, FolderOutcome>();

  constructor(dependencies: {
    readonly api: Pick<ApiClient, 'commit'>;
    readonly random: Random;
    readonly onNode: (node: Node) => void;
  }) {
    this.#api = dependencies.api;
    this.#random = dependencies.random;
    this.#onNode = dependencies.onNode;
  }

  /** What became of a folder that was asked for by `make`. The target itself is always there. */
  outcomeOf({ batch, target }: FolderBatch, path: readonly string[]): FolderOutcome | undefined {
    if (path.length === 0) return { kind: 'made', folder: { ...target, isNew: false } };
    return this.#known.get(keyOf(batch, path));
  }

  /** @throws UnavailableError; what was made before is known. */
  async make(of: FolderBatch, paths: Iterable<readonly string[]>, signal: AbortSignal): Promise<void> {
    const levels = levelsOf(paths);
    for (const level of levels) {
      const wanted: Wanted[] = [];
      for (const path of level) {
        if (this.#known.has(keyOf(of.batch, path))) continue;
        const parent = this.outcomeOf(of, path.slice(0, -1));
        if (parent?.kind === 'made') wanted.push({ path, parent: parent.folder });
        else if (parent !== undefined) this.#known.set(keyOf(of.batch, path), parent);
      }
      for (let start = 0; start < wanted.length; start += COMMIT_OPERATIONS_MAX) {
        await this.#commit(of.batch, wanted.slice(start, start + COMMIT_OPERATIONS_MAX), signal);
      }
    }
  }

  /** Forgets what is known, so that it is looked for again: what was refused may go now, and what was made may be gone. */
  forget(): void {
    this.#known.clear();
  }

  async #commit(batch: string, wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const request = newId(this.#random);
    const ids = wanted.map(() => NodeId.parse(newId(this.#random)));
    const operations = wanted.map(({ path, parent }, index) => ({
      type: 'mkdir' as const,
      opId: opId(request, index),
      namespaceId: parent.namespaceId,
      parentId: parent.folderId,
      name: path.at(-1) ?? '',
      newNodeId: ids[index],
    }));
    const answer = await this.#api.commit({ body: { operations }, signal });
    wanted.forEach(({ path }, index) => {
      this.#known.set(keyOf(batch, path), outcomeOfAnswer(answer, index, ids[index]));
      const result = answer.ok ? answer.value.results[index] : undefined;
      if (result?.status === 'committed') this.#onNode(result.node);
    });
  }
}

type CommitAnswer = Awaited<ReturnType<ApiClient['commit']>>;

function outcomeOfAnswer(answer: CommitAnswer, index: number, id: NodeId | undefined): FolderOutcome {
  if (!answer.ok) {
    if (answer.problem.remedy === 'retry') throw new UnavailableError(answer.problem.detail);
    return { kind: 'refused', reason: refusedUpload(answer.problem) };
  }
  const result = answer.value.results[index];
  if (result?.status === 'committed') return { kind: 'made', folder: placeIn(result.node, result.node.nodeId === id) };
  if (result?.status === 'conflict') {
    // A shared folder is taken as it is, too, and is no folder to the service.
    const { node } = result;
    if (node?.kind === 'mount') return { kind: 'made', folder: placeIn(node, false) };
    return { kind: 'refused', reason: { failure: 'folder-gone' } };
  }
  if (result === undefined) throw new UnavailableError('a commit was answered without its result');
  return { kind: 'refused', reason: refusedUpload(result.error) };
}

/** What lies in a mount is of the namespace that is mounted. */
function placeIn(node: Node, isNew: boolean): MadeFolder {
  const mounted: NamespaceId | undefined = node.mountedNamespaceId;
  if (mounted !== undefined) return { namespaceId: mounted, folderId: rootNodeId(mounted), isNew };
  return { namespaceId: node.namespaceId, folderId: node.nodeId, isNew };
}

/** All folders and those above them, each once, the highest first. */
function levelsOf(paths: Iterable<readonly string[]>): readonly (readonly (readonly string[])[])[] {
  const levels: Map<string, readonly string[]>[] = [];
  for (const path of paths) {
    for (let depth = path.length; depth > 0; depth--) {
      const above = path.slice(0, depth);
      levels[depth - 1] ??= new Map();
      const level = levels[depth - 1] ?? new Map<string, readonly string[]>();
      const key = above.join('/');
      if (level.has(key)) break;
      level.set(key, above);
    }
  }
  return levels.map((level) => [...level.values()]);
}

function keyOf(batch: string, path: readonly string[]): string {
  return `${batch}/${path.join('/')}`;
}
