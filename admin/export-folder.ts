import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LocalNames, localNames } from '../client/src/engine/local-names.ts';
import { errorCode } from '../client/src/platform/node/error-code.ts';
import { diskKind, probeDiskNames } from '../client/src/platform/node/probe-disk-names.ts';
import { AdminProblem } from './admin-problem.ts';
import { TWIN_ATTEMPTS_MAX } from './limits.ts';

/** The folder of the disk to which a namespace is written, and what it may be called there. */
export interface ExportFolder {
  readonly root: string;
  /** Where files lie until they are whole. */
  readonly unfinished: string;
  readonly trash: string;
  readonly names: LocalNames;
}

/** What is written into a folder; it goes on only with the same. */
export interface ExportMark {
  readonly namespaceId: string;
  readonly at?: string;
  readonly withTrash: boolean;
}

/** Everything that is no file of the namespace lies in here; no file of one can be called so at its top. */
export const MARK_FOLDER = '.syncline';
const MARK_FILE = 'export.json';

/**
 * Opens a folder that is empty, or not there yet, or in which the same was begun before.
 * @throws AdminProblem for every other: nothing of it is ever written over.
 */
export async function openExportFolder(root: string, mark: ExportMark): Promise<ExportFolder> {
  await mkdir(root, { recursive: true });
  const own = path.join(root, MARK_FOLDER);
  const text = JSON.stringify(mark);
  const begun = await readMark(path.join(own, MARK_FILE));
  if (begun === undefined && (await readdir(root)).length > 0) {
    throw new AdminProblem({
      what: `${root} is not empty, and no export was begun in it.`,
      remedy: 'Name an empty folder, or one that does not exist yet.',
    });
  }
  if (begun !== undefined && begun !== text) {
    throw new AdminProblem({
      what: `In ${root} another export was begun: ${begun}`,
      remedy: 'Repeat the command with which it was begun, or name another folder.',
    });
  }
  const unfinished = path.join(own, 'unfinished');
  await mkdir(unfinished, { recursive: true });
  if (begun === undefined) await writeFile(path.join(own, MARK_FILE), text);
  const kind = diskKind(process.platform);
  return { root, unfinished, trash: path.join(own, 'trash'), names: localNames(kind, probeDiskNames(root, kind)) };
}

async function readMark(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives the entries of one folder names that its disk can hold, one beside the other; the same ones for the same entries in the same order. */
export class FolderNames {
  readonly #names: LocalNames;
  readonly #taken = new Set<string>();

  constructor(names: LocalNames, reserved: readonly string[] = []) {
    this.#names = names;
    for (const name of reserved) this.#taken.add(names.key(name));
  }

  take(name: string): string {
    for (let attempt = 0; attempt < TWIN_ATTEMPTS_MAX; attempt++) {
      const local = attempt === 0 ? this.#names.toLocal(name) : this.#names.twin(name, attempt);
      const key = this.#names.key(local);
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return local;
    }
    throw new AdminProblem({
      what: `The disk cannot hold "${name}" beside the other files of its folder.`,
      remedy: 'Export to another disk.',
    });
  }
}
