import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type EpochMs, formatInstant, type NamespaceId, type NodeId, rootNodeId } from '@syncline/protocol';
import { mapBounded } from '../lambdas/runtime/map-bounded.ts';
import type { Audit } from './audit.ts';
import { exportFile } from './export-file.ts';
import { type ExportFolder, FolderNames, MARK_FOLDER, openExportFolder } from './export-folder.ts';
import { type ExportedEntry, type ListFolder, noSuchNamespace, pastTree, presentTree, trashOf } from './export-tree.ts';
import { FILES_IN_FLIGHT_MAX, FOLDER_DEPTH_MAX, PAGE_ROWS_MAX } from './limits.ts';

export interface ExportOptions {
  readonly namespaceId: NamespaceId;
  readonly to: string;
  /** How it was then; as it is when absent. */
  readonly at?: EpochMs | undefined;
  /** What lies in the trash as well. */
  readonly withTrash: boolean;
  /** Is told what was not written, and why. */
  readonly tell: (path: string, why: string) => void;
  readonly progress?: (counts: ExportCounts) => void;
}

export interface ExportCounts {
  files: number;
  /** Of those, written by an earlier call. */
  there: number;
  bytes: number;
  folders: number;
  lost: number;
  /** Shared folders: each is a namespace of its own. */
  mounts: number;
}

/**
 * Writes a namespace into a plain folder, from tables and bucket alone. Each chunk is verified; a file appears when it is whole. A call
 * that ended anywhere is repeated, and goes on. What lies in the trash is written below `.syncline/trash`.
 * Memory: FILES_IN_FLIGHT_MAX files of a few chunks, and the names of one folder and those above it.
 * @throws AdminProblem when the folder is another's, the namespace does not exist, or its journal does not reach back.
 */
export async function exportNamespace(audit: Audit, options: ExportOptions): Promise<ExportCounts> {
  const { namespaceId, at, withTrash } = options;
  if ((await audit.index.getHead(namespaceId)) === undefined) throw noSuchNamespace(namespaceId);
  const list = at === undefined ? presentTree(audit, namespaceId) : await pastTree(audit, namespaceId, at);
  const mark = { namespaceId, ...(at === undefined ? {} : { at: formatInstant(at) }), withTrash };
  const folder = await openExportFolder(options.to, mark);
  const run = new ExportRun(audit, { options, folder, list });
  const root = { nodeId: rootNodeId(namespaceId), at: folder.root, path: '', depth: 0 };
  await run.writeFolder(root, new FolderNames(folder.names, [MARK_FOLDER]));
  if (withTrash) await run.writeTrash();
  return run.counts;
}

interface FolderTarget {
  readonly nodeId: NodeId;
  readonly at: string;
  readonly path: string;
  readonly depth: number;
}

/** One export under way. */
class ExportRun {
  readonly #audit: Audit;
  readonly #options: ExportOptions;
  readonly #folder: ExportFolder;
  readonly #list: ListFolder;
  readonly counts: ExportCounts = { files: 0, there: 0, bytes: 0, folders: 0, lost: 0, mounts: 0 };

  constructor(
    audit: Audit,
    given: { readonly options: ExportOptions; readonly folder: ExportFolder; readonly list: ListFolder },
  ) {
    this.#audit = audit;
    this.#options = given.options;
    this.#folder = given.folder;
    this.#list = given.list;
  }

  async writeFolder(target: FolderTarget, names: FolderNames): Promise<void> {
    if (target.depth > FOLDER_DEPTH_MAX) {
      this.#lose(target.path, 'it lies deeper than folders can');
      return;
    }
    await mkdir(target.at, { recursive: true });
    this.counts.folders += 1;
    const folders: FolderTarget[] = [];
    let files: Parameters<ExportRun['writeFile']>[0][] = [];
    for await (const entry of this.#list(target.nodeId)) {
      const own = { entry, at: path.join(target.at, names.take(entry.name)), path: `${target.path}/${entry.name}` };
      if (entry.kind === 'folder') folders.push({ ...own, nodeId: entry.nodeId, depth: target.depth + 1 });
      if (entry.kind === 'mount') this.counts.mounts += 1;
      if (entry.kind === 'file') files.push(own);
      if (files.length < PAGE_ROWS_MAX) continue;
      await this.#writeFiles(files);
      files = [];
    }
    await this.#writeFiles(files);
    for (const folder of folders) await this.writeFolder(folder, new FolderNames(this.#folder.names));
  }

  /** Each deletion in a folder of its own, named by its time. */
  async writeTrash(): Promise<void> {
    const { namespaceId } = this.#options;
    for await (const { nodeId, deletedAt, name, kind, path: was } of trashOf(this.#audit, namespaceId)) {
      const at = path.join(this.#folder.trash, `${deletedAt.replaceAll(':', '-')} ${nodeId}`);
      const names = new FolderNames(this.#folder.names);
      const local = path.join(at, names.take(name));
      await mkdir(at, { recursive: true });
      if (kind === 'folder') {
        await this.writeFolder({ nodeId, at: local, path: was, depth: 0 }, new FolderNames(this.#folder.names));
        continue;
      }
      const node = (await this.#audit.namespaces.getNodes(namespaceId, [nodeId])).get(nodeId);
      if (node?.kind !== 'file') continue;
      await this.writeFile({ entry: node, at: local, path: was });
    }
  }

  async writeFile(file: { readonly entry: ExportedEntry; readonly at: string; readonly path: string }): Promise<void> {
    const { nodeId, contentRev: rev } = file.entry;
    const { namespaceId } = this.#options;
    const revision = await this.#audit.namespaces.getRevision({ namespaceId, nodeId, rev });
    if (revision === undefined) {
      this.#lose(file.path, 'this revision is not kept any more');
      return;
    }
    const outcome = await exportFile(this.#audit, this.#folder, { revision, target: file.at });
    if (outcome.kind === 'lost') {
      this.#lose(file.path, outcome.why);
      return;
    }
    this.counts.files += 1;
    this.counts.bytes += outcome.size;
    if (outcome.kind === 'there') this.counts.there += 1;
    this.#options.progress?.(this.counts);
  }

  async #writeFiles(files: readonly Parameters<ExportRun['writeFile']>[0][]): Promise<void> {
    await mapBounded(FILES_IN_FLIGHT_MAX, files, (file) => this.writeFile(file));
  }

  #lose(lost: string, why: string): void {
    this.counts.lost += 1;
    this.#options.tell(lost, why);
  }
}
