import { type ApiClient, type Random, UnavailableError } from '@syncline/client';
import { COMMIT_OPERATIONS_MAX, type NamespaceId, type Node, NodeId, opId, rootNodeId } from '@syncline/protocol';
import { newId } from './new-id.ts';
import type { TransferFailure, UploadTarget } from './transfer-state.ts';

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

interface Wanted {
  readonly path: readonly string[];
  readonly parent: MadeFolder;
}

/**
 * Makes the folders of what was dropped below a target, level by level, COMMIT_OPERATIONS_MAX with each request. A folder that exists is
 * taken as it is, so repeating it makes none twice.
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
  outcomeOf(target: UploadTarget, path: readonly string[]): FolderOutcome | undefined {
    if (path.length === 0) return { kind: 'made', folder: { ...target, isNew: false } };
    return this.#known.get(keyOf(target, path));
  }

  /** @throws UnavailableError; what was made before is known. */
  async make(target: UploadTarget, paths: Iterable<readonly string[]>, signal: AbortSignal): Promise<void> {
    const levels = levelsOf(paths);
    for (const level of levels) {
      const wanted: Wanted[] = [];
      for (const path of level) {
        if (this.#known.has(keyOf(target, path))) continue;
        const parent = this.outcomeOf(target, path.slice(0, -1));
        if (parent?.kind === 'made') wanted.push({ path, parent: parent.folder });
        else if (parent !== undefined) this.#known.set(keyOf(target, path), parent);
      }
      for (let start = 0; start < wanted.length; start += COMMIT_OPERATIONS_MAX) {
        await this.#commit(target, wanted.slice(start, start + COMMIT_OPERATIONS_MAX), signal);
      }
    }
  }

  /** Forgets refusals, so that they are tried again. */
  forgetRefusals(): void {
    for (const [key, outcome] of this.#known) if (outcome.kind === 'refused') this.#known.delete(key);
  }

  async #commit(target: UploadTarget, wanted: readonly Wanted[], signal: AbortSignal): Promise<void> {
    const batch = newId(this.#random);
    const ids = wanted.map(() => NodeId.parse(newId(this.#random)));
    const operations = wanted.map(({ path, parent }, index) => ({
      type: 'mkdir' as const,
      opId: opId(batch, index),
      namespaceId: parent.namespaceId,
      parentId: parent.folderId,
      name: path.at(-1) ?? '',
      newNodeId: ids[index],
    }));
    const answer = await this.#api.commit({ body: { operations }, signal });
    wanted.forEach(({ path }, index) => {
      this.#known.set(keyOf(target, path), outcomeOfAnswer(answer, index, ids[index]));
      const result = answer.ok ? answer.value.results[index] : undefined;
      if (result?.status === 'committed') this.#onNode(result.node);
    });
  }
}

type CommitAnswer = Awaited<ReturnType<ApiClient['commit']>>;

function outcomeOfAnswer(answer: CommitAnswer, index: number, id: NodeId | undefined): FolderOutcome {
  if (!answer.ok) {
    if (answer.problem.remedy === 'retry') throw new UnavailableError(answer.problem.detail);
    return refused(answer.problem.detail);
  }
  const result = answer.value.results[index];
  if (result?.status === 'committed') return { kind: 'made', folder: placeIn(result.node, result.node.nodeId === id) };
  if (result?.status === 'conflict') return { kind: 'refused', reason: { failure: 'folder-gone' } };
  return refused(result?.error.detail ?? 'an answer without its result');
}

function refused(detail: string): FolderOutcome {
  return { kind: 'refused', reason: { failure: 'refused', detail } };
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

function keyOf({ folderId }: UploadTarget, path: readonly string[]): string {
  return `${folderId}/${path.join('/')}`;
}
