import {
  type ContentOutcome,
  type FormerContent,
  storedContent,
  type TransferDependencies,
  UnavailableError,
  uploadContents,
} from '@syncline/client';
import type { Node } from '@syncline/protocol';
import type { MadeFolder } from './folder-maker.ts';
import { freeName } from './free-name.ts';
import { type KnownNames, presentNode } from './known-names.ts';
import { TRIES_MAX } from './limits.ts';
import { isSmall } from './queue-order.ts';
import type { QueuedFile } from './queued-file.ts';
import { refusedUpload } from './refused-upload.ts';
import { isUnderWay, type UploadItem } from './transfer-state.ts';
import type { CommitOutcome, UploadCommitter } from './upload-committer.ts';
import type { PresentNode, UploadRecord } from './upload-journal.ts';

interface UploadRunDependencies extends TransferDependencies {
  readonly onNode: (node: Node) => void;
  readonly names: KnownNames;
  readonly committer: UploadCommitter;
  readonly change: (file: QueuedFile, change: Partial<UploadItem>) => void;
  readonly keep: (file: QueuedFile, change: Partial<UploadRecord>) => void;
  /** Something of the file has moved; so many new bytes of it are stored. */
  readonly moved: (file: QueuedFile, bytes: number) => void;
}

type Stored = Extract<ContentOutcome, { readonly kind: 'uploaded' | 'packed' }>;
type PlaceOf = (file: QueuedFile) => MadeFolder | undefined;

/** Brings files from the disk to their place: which name, read and sent, committed. */
export class UploadRun {
  readonly #dependencies: UploadRunDependencies;

  constructor(dependencies: UploadRunDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Uploads files by one call of the SDK. When it ends, each is over, or asks, or is to be begun again; one that was paused or cancelled
   * meanwhile is left.
   * @throws UnavailableError and the signal's reason.
   */
  async upload(files: readonly QueuedFile[], placeOf: PlaceOf, signal: AbortSignal): Promise<void> {
    const wanted: QueuedFile[] = [];
    for (const file of files) {
      const place = placeOf(file);
      if (place === undefined || file.source === undefined) continue;
      if (await this.#hasName(file, place)) wanted.push(file);
    }
    const commits: Promise<void>[] = [];
    const { gate } = this.#dependencies;
    const lane = gate.lane(wanted.every(({ record }) => isSmall(record)) ? 'small' : 'large');
    // One whose folder has gone meanwhile is in neither.
    const sending = wanted.flatMap((file) => {
      const source = this.#sourceOf(file, placeOf);
      return source === undefined ? [] : [{ file, source }];
    });
    const sources = sending.map(({ source }) => source);
    try {
      await uploadContents({ ...this.#dependencies, gate: lane }, sources, {
        signal,
        onSending: (index) => {
          const file = sending[index]?.file;
          if (file !== undefined && isUnderWay(file.item.status))
            this.#dependencies.change(file, { status: 'sending' });
        },
        onProgress: ({ storedBytes }) =>
          this.#progressed(
            sending.map(({ file }) => file),
            storedBytes,
          ),
        onOutcome: ({ index, outcome }) => {
          const file = sending[index]?.file;
          if (file === undefined || !isUnderWay(file.item.status)) return;
          const settled = this.#settle(file, outcome, placeOf);
          // Told when all have ended.
          settled.catch(() => undefined);
          commits.push(settled);
        },
      });
    } finally {
      await Promise.allSettled(commits);
    }
    await Promise.all(commits);
  }

  /** Whether the file may go, under which name. Otherwise a person is asked, or it is left out. */
  async #hasName(file: QueuedFile, place: MadeFolder): Promise<boolean> {
    const { names, change, keep } = this.#dependencies;
    const { record } = file;
    const known = await names.of(place, place);
    const present = record.present ?? known.get(record.chosenName ?? record.name);
    if (!isUnderWay(file.item.status)) return false;
    if (present === undefined || record.chosenName !== undefined) return true;
    keep(file, { present });
    if (record.answer === undefined) change(file, { status: 'asking' });
    if (record.answer === 'skip') change(file, { status: 'skipped' });
    if (record.answer === 'replace' && present.kind === 'file') return true;
    if (record.answer === undefined || record.answer === 'skip') return false;
    const chosenName = freeName(record.name, (candidate) => known.has(candidate));
    if (chosenName === undefined) change(file, { status: 'failed', failure: 'refused' });
    else keep(file, { chosenName });
    return chosenName !== undefined;
  }

  #sourceOf(file: QueuedFile, placeOf: PlaceOf) {
    const { record, source } = file;
    const place = placeOf(file);
    if (place === undefined || source === undefined) return undefined;
    return {
      namespaceId: place.namespaceId,
      size: record.size,
      base: formerContent(record),
      part: source.part,
      read: async (wanted: { readonly start: number; readonly end: number }) => {
        const bytes = await source.read(wanted);
        if (file.item.status === 'reading') {
          const readBytes = Math.min(record.size, file.item.readBytes + bytes.length);
          this.#dependencies.change(file, { readBytes });
          this.#dependencies.moved(file, 0);
        }
        return bytes;
      },
    };
  }

  /** Of one large file it is known how much is stored; of small ones, which are. */
  #progressed(files: readonly QueuedFile[], storedBytes: number): void {
    const [only] = files;
    if (only === undefined || files.length > 1 || !isUnderWay(only.item.status)) return;
    const grown = storedBytes - only.item.sentBytes;
    this.#dependencies.change(only, { sentBytes: storedBytes });
    this.#dependencies.moved(only, grown);
  }

  async #settle(file: QueuedFile, outcome: ContentOutcome, placeOf: PlaceOf): Promise<void> {
    const { change, moved } = this.#dependencies;
    switch (outcome.kind) {
      case 'uploaded':
      case 'packed': {
        const grown = outcome.size - file.item.sentBytes;
        change(file, { status: 'saving', sentBytes: outcome.size });
        moved(file, grown);
        await this.#commit(file, outcome, placeOf);
        return;
      }
      case 'changed':
        file.tries += 1;
        if (file.tries < TRIES_MAX) change(file, { status: 'waiting' });
        else change(file, { status: 'failed', failure: 'changed' });
        return;
      case 'unreadable':
        change(file, { status: 'failed', failure: 'unreadable' });
        return;
      case 'held-back':
        // Where no other gets through either, it may be the network: then it waits with all of them.
        if (outcome.cause.scope !== 'chunk') throw outcome.cause;
        change(file, { status: 'failed', failure: 'held-back' });
        return;
      case 'refused':
        if (outcome.problem.remedy === 'retry') throw new UnavailableError(outcome.problem.detail);
        change(file, { status: 'failed', ...refusedUpload(outcome.problem) });
    }
  }

  async #commit(file: QueuedFile, stored: Stored, placeOf: PlaceOf): Promise<void> {
    const place = placeOf(file);
    if (place === undefined) return;
    const { record } = file;
    const outcome = await this.#dependencies.committer.commit({
      place,
      name: record.chosenName ?? record.name,
      replaces: replacedBy(record),
      stored: storedContent(stored),
      unconfirmed: stored.unconfirmed,
      modifiedAtMs: record.modifiedAtMs,
    });
    await this.#noteCommit(file, outcome, place);
  }

  async #noteCommit(file: QueuedFile, outcome: CommitOutcome, place: MadeFolder): Promise<void> {
    const { change, keep, names } = this.#dependencies;
    const known = await names.of(place, place);
    switch (outcome.kind) {
      case 'committed':
        known.set(outcome.node.name, presentNode(outcome.node));
        this.#dependencies.onNode(outcome.node);
        change(file, { status: 'done', sentBytes: file.record.size, nodeId: outcome.node.nodeId });
        return;
      case 'name-taken': {
        // Somebody was first. Its chunks are stored, so the next try sends nothing.
        const { chosenName: name = file.record.name, ...record } = file.record;
        known.set(name, outcome.present);
        file.record = record;
        keep(file, { present: outcome.present });
        change(file, { status: record.answer === undefined ? 'asking' : 'waiting' });
        return;
      }
      case 'folder-gone':
        change(file, { status: 'failed', failure: 'folder-gone' });
        return;
      case 'refused': {
        const { code } = outcome.error;
        file.tries += 1;
        const isOld = file.tries < TRIES_MAX && (code === 'upload_expired' || code === 'chunks_missing');
        change(file, isOld ? { status: 'waiting' } : { status: 'failed', ...refusedUpload(outcome.error) });
      }
    }
  }
}

/** The file that a person wants replaced by an upload. */
function replacedBy({ chosenName, answer, present }: UploadRecord): PresentNode | undefined {
  return chosenName === undefined && answer === 'replace' ? present : undefined;
}

function formerContent(record: UploadRecord): FormerContent | undefined {
  const { nodeId, content } = replacedBy(record) ?? {};
  return nodeId === undefined || content === undefined ? undefined : { nodeId, ...content };
}
