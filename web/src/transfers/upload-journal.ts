import type { NodeId } from '@syncline/protocol';
import type { NameAnswer, UploadTarget } from './transfer-state.ts';

/** What is kept of an upload that is not over, so that it goes on after a reload or a crash. */
export interface UploadRecord {
  readonly id: string;
  /** The tab that has it; another one takes it over when that tab is gone. */
  readonly owner: string;
  /** What was dropped or chosen together: an answer to a question can hold for all of it. */
  readonly batch: string;
  readonly order: number;
  readonly target: UploadTarget;
  readonly folders: readonly string[];
  readonly name: string;
  /** An empty folder: there is nothing to send, and no file to ask for. */
  readonly isFolder?: true;
  readonly size: number;
  readonly modifiedAtMs: number;
  readonly isPaused: boolean;
  readonly answer?: NameAnswer;
  /** The file that stands in the way, when it is known. */
  readonly present?: PresentNode;
  /** Another name than its own, which was chosen because that one exists. */
  readonly chosenName?: string;
  /** A handle of the File System Access API, where the browser gave one: the file can be read again without being asked for. */
  readonly handle?: unknown;
  /** The bytes themselves, of what has no file (pasted, or written while offline). */
  readonly blob?: Blob;
}

export interface PresentNode {
  readonly nodeId: NodeId;
  readonly rev: number;
  readonly kind: 'file' | 'folder';
  /** What the file has, when it is known: it takes no room any more once it is replaced. */
  readonly content?: { readonly rev: number; readonly size: number };
}

/** Keeps records over reloads. Atomic for each call. */
export interface UploadJournal {
  all(): Promise<readonly UploadRecord[]>;
  put(records: readonly UploadRecord[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}
