import type { UploadSelection } from './create-transfers.ts';
import { DROPPED_DEPTH_MAX, DROPPED_FOLDERS_MAX, QUEUED_FILES_MAX } from './limits.ts';
import type { HandedFile } from './worker-messages.ts';

interface Collected {
  readonly files: HandedFile[];
  readonly emptyFolders: (readonly string[])[];
  readonly unread: string[];
  isCut: boolean;
  folders: number;
}

/**
 * What was dropped, with whole folders. Call it in the event itself: the browser forgets what was dropped when the event is over.
 * Bounded by QUEUED_FILES_MAX files and DROPPED_FOLDERS_MAX folders; what is beyond is left out, as is what cannot be read. It says so.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<UploadSelection> {
  const dropped = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), handle: handleOf(item), file: item.getAsFile() }));
  const collected: Collected = { files: [], emptyFolders: [], unread: [], isCut: false, folders: 0 };
  for (const { entry, handle, file } of dropped) {
    if (entry?.isDirectory === true) await collectFolder(entry as FileSystemDirectoryEntry, [], collected);
    else if (file === null) collected.unread.push(pathOf([], entry?.name));
    else {
      const kept = await handle.catch(() => undefined);
      collected.files.push({ file, folders: [], handle: kept instanceof FileSystemFileHandle ? kept : undefined });
    }
  }
  return collected;
}

/** Files of an input. With `webkitdirectory` they say in which folders they lie. */
export function chosenFiles(list: FileList): UploadSelection {
  const files = [...list].slice(0, QUEUED_FILES_MAX).map((file): HandedFile => {
    const folders = file.webkitRelativePath.split('/').slice(0, -1);
    return { file, folders };
  });
  return { files, emptyFolders: [], unread: [], isCut: list.length > QUEUED_FILES_MAX };
}

/** What was pasted: its bytes are kept, since no file on the disk could be asked for again. */
export function pastedFiles(transfer: DataTransfer): UploadSelection {
  const files = [...transfer.files].map((file) => ({ file, folders: [], isKept: true }));
  return { files, emptyFolders: [], unread: [], isCut: false };
}

function handleOf(item: DataTransferItem): Promise<unknown> {
  const asked = item as DataTransferItem & { readonly getAsFileSystemHandle?: () => Promise<unknown> };
  return asked.getAsFileSystemHandle?.() ?? Promise.resolve(undefined);
}

async function collectFolder(
  folder: FileSystemDirectoryEntry,
  above: readonly string[],
  collected: Collected,
): Promise<void> {
  const path = [...above, folder.name];
  collected.folders += 1;
  if (path.length > DROPPED_DEPTH_MAX || collected.folders > DROPPED_FOLDERS_MAX) {
    collected.isCut = true;
    return;
  }
  const entries = await unlessUnreadable(entriesOf(folder));
  if (entries === undefined) collected.unread.push(pathOf(above, folder.name));
  if (entries?.length === 0) collected.emptyFolders.push(path);
  for (const entry of entries ?? []) {
    if (collected.files.length >= QUEUED_FILES_MAX) {
      collected.isCut = true;
      return;
    }
    if (entry.isDirectory) await collectFolder(entry as FileSystemDirectoryEntry, path, collected);
    else await collectFile(entry as FileSystemFileEntry, path, collected);
  }
}

async function collectFile(
  entry: FileSystemFileEntry,
  folders: readonly string[],
  { files, unread }: Collected,
): Promise<void> {
  const file = await unlessUnreadable(fileOf(entry));
  if (file === undefined) unread.push(pathOf(folders, entry.name));
  else files.push({ file, folders });
}

/** A browser has no name for one that is no text. */
function pathOf(folders: readonly string[], name = ''): string {
  return [...folders, name === '' ? '…' : name].join('/');
}

/** Undefined for what is gone, may not be read, or is a link to nowhere: the rest of a drop goes all the same. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (failure) {
    if (failure instanceof DOMException) return undefined;
    throw failure;
  }
}

/** A browser answers a folder in parts, the last of which is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  while (all.length < QUEUED_FILES_MAX) {
    const some = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    all.push(...some);
  }
  return all;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
