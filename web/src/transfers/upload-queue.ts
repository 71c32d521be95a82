import { StoreHealth, type TransferDependencies, UnavailableError } from '@syncline/client';
import { FILE_BYTES_MAX, type Node } from '@syncline/protocol';
import type { FileSource } from './file-source.ts';
import { FolderMaker } from './folder-maker.ts';
import { KnownNames } from './known-names.ts';
import { OFFLINE_PAUSE_MS_MAX, OFFLINE_PAUSE_MS_MIN, QUEUED_FILES_MAX, STALLED_MS } from './limits.ts';
import { newId } from './new-id.ts';
import { isSmall, nextUploads } from './queue-order.ts';
import { foldersOf, nameFailure, type QueuedFile, queuedFile, statusToBegin } from './queued-file.ts';
import { decideResume } from './resume-decision.ts';
import { SpeedMeter } from './speed-meter.ts';
import {
  isHopeless,
  isOver,
  isUnderWay,
  type NameAnswer,
  type NameQuestion,
  type TransferFailure,
  type UploadItem,
  type UploadTarget,
  type UploadTotals,
} from './transfer-state.ts';
import { UploadCommitter } from './upload-committer.ts';
import type { UploadJournal, UploadRecord } from './upload-journal.ts';
import { UploadRun } from './upload-run.ts';
import { nameQuestion, uploadTotals } from './upload-totals.ts';

/** A file that is to be uploaded. */
export interface UploadInput {
  readonly name: string;
  /** Names of the folders around it, from the target on, that are made where they do not exist. */
  readonly folders: readonly string[];
  readonly source: FileSource;
  readonly handle?: unknown;
  readonly blob?: Blob;
}

export interface UploadQueueDependencies extends TransferDependencies {
  readonly journal: UploadJournal;
  /** The tab's name in the journal. */
  readonly owner: string;
  /** A file or folder that is there by what the queue did. */
  readonly onNode: (node: Node) => void;
  /** Called after something that is shown has changed; many changes may come before it is read. */
  readonly onChange: () => void;
}

const ENDED = new Error('the upload was paused or cancelled');

/**
 * All uploads of a tab: what waits, what is under way, what a person has to decide.
 *
 * Nothing counts as done before its commit was acknowledged. What is not over stands in the journal, so that it goes on after a reload or a
 * crash: the service is asked what it has of it, and only the rest is sent.
 */
export class UploadQueue {
  readonly #dependencies: UploadQueueDependencies;
  readonly #files = new Map<string, QueuedFile>();
  readonly #changed = new Set<string>();
  readonly #speed = new SpeedMeter();
  readonly #folders: FolderMaker;
  readonly #names: KnownNames;
  readonly #run: UploadRun;
  #order = 0;
  #isPaused = false;
  #offlinePauseMs = 0;
  #isOffline = false;
  #smallBatches = 0;
  #largeFiles = 0;
  #isMakingFolders = false;
  readonly #running = new Set<AbortController>();

  constructor(dependencies: UploadQueueDependencies) {
    this.#dependencies = dependencies;
    this.#folders = new FolderMaker(dependencies);
    this.#names = new KnownNames(dependencies.api);
    this.#run = new UploadRun({
      ...dependencies,
      storeHealth: new StoreHealth(dependencies.clock),
      names: this.#names,
      committer: new UploadCommitter(dependencies),
      change: (file, change) => this.#change(file, change),
      keep: (file, change) => this.#keep(file, change),
      moved: (file, bytes) => this.#moved(file, bytes),
    });
  }

  /** Adds files, and folders that are to be made although nothing is in them. */
  async add(
    inputs: readonly UploadInput[],
    target: UploadTarget,
    emptyFolders: readonly (readonly string[])[] = [],
  ): Promise<void> {
    const { journal, random, owner } = this.#dependencies;
    const batch = newId(random);
    const room = Math.max(0, QUEUED_FILES_MAX - this.#files.size);
    const place = (name: string, folders: readonly string[]) => {
      this.#order += 1;
      return { id: newId(random), owner, batch, order: this.#order, target, folders, name, isPaused: false };
    };
    const files = inputs.map(({ source, name, folders, handle, blob }): QueuedFile => {
      const { size, modifiedAtMs } = source;
      const kept = { ...(handle === undefined ? {} : { handle }), ...(blob === undefined ? {} : { blob }) };
      return queuedFile({ ...place(name, folders), size, modifiedAtMs, ...kept }, source);
    });
    const empty = emptyFolders.map((path): QueuedFile => {
      const made = { ...place(path.at(-1) ?? '', path.slice(0, -1)), isFolder: true as const };
      return queuedFile({ ...made, size: 0, modifiedAtMs: 0 }, undefined);
    });
    // What was deleted or renamed since the last upload is not taken for what is there.
    this.#names.forget();
    const fit = [...files, ...empty].slice(0, room).filter((file) => this.#admit(file));
    await journal.put(fit.map(({ record }) => record));
    this.#pump();
  }

  /** Takes up what an earlier page has left. A source is what a handle gave; without one the file has to be asked for. */
  adopt(records: readonly { readonly record: UploadRecord; readonly source: FileSource | undefined }[]): void {
    for (const { record, source } of records) {
      this.#order = Math.max(this.#order, record.order);
      const file = queuedFile(record, source);
      this.#admit(file);
      if (source !== undefined && decideResume(record, { name: record.name, ...source }) === 'other-file') {
        this.#change(file, { status: 'needs-file', failure: 'other-file' });
      }
    }
    this.#pump();
  }

  /** The file that an interrupted upload asked for. False when it is another one. */
  giveFile(id: string, source: FileSource): boolean {
    const file = this.#files.get(id);
    if (file === undefined) return false;
    if (decideResume(file.record, { name: file.record.name, ...source }) === 'other-file') {
      this.#change(file, { failure: 'other-file' });
      return false;
    }
    file.source = source;
    if (file.item.status === 'needs-file') this.#change(file, { status: 'waiting' });
    this.#pump();
    return true;
  }

  /** All uploads, or those that are named. */
  pause(ids?: readonly string[]): void {
    if (ids === undefined) {
      this.#isPaused = true;
      for (const scope of this.#running) scope.abort(ENDED);
    }
    for (const file of ids === undefined ? [] : this.#filesOf(ids)) {
      if (isOver(file.item.status)) continue;
      this.#keep(file, { isPaused: true });
      this.#change(file, { status: 'paused' });
      file.running?.abort(ENDED);
    }
    this.#speed.reset();
    this.#dependencies.onChange();
  }

  resume(ids?: readonly string[]): void {
    if (ids === undefined) this.#isPaused = false;
    for (const file of this.#filesOf(ids)) {
      if (file.item.status !== 'paused') continue;
      this.#keep(file, { isPaused: false });
      this.#change(file, { status: statusToBegin(file) });
    }
    this.tryAgain();
  }

  /** Forgets uploads that are not over. What was stored of them is removed by the service after a while. */
  cancel(ids?: readonly string[]): void {
    for (const file of this.#filesOf(ids)) {
      if (file.item.status !== 'done') this.#remove(file);
    }
    this.#pump();
  }

  /** Tries failed uploads once more. */
  retry(ids?: readonly string[]): void {
    this.#folders.forget();
    for (const file of this.#filesOf(ids)) {
      if (file.item.status !== 'failed' || isHopeless(file.item)) continue;
      file.tries = 0;
      this.#change(file, { status: statusToBegin(file) });
    }
    this.tryAgain();
  }

  /** Answers the question of one file, or of all that came with it and of all that ask. */
  answer(id: string, answer: NameAnswer, isForAll: boolean): void {
    const asked = this.#files.get(id);
    if (asked === undefined) return;
    const all = isForAll ? [...this.#files.values()] : [asked];
    for (const file of all) {
      const isAsking = file.item.status === 'asking';
      const isOfBatch = file.record.batch === asked.record.batch && !isOver(file.item.status);
      if (!isAsking && !isOfBatch) continue;
      this.#keep(file, { answer });
      if (isAsking) this.#change(file, { status: 'waiting' });
    }
    this.#pump();
  }

  /** Takes what is over from the list. */
  clear(): void {
    for (const file of this.#files.values()) if (isOver(file.item.status)) this.#remove(file);
    if (this.#files.size === 0) this.#folders.forget();
  }

  /** At once, as when the network is back. */
  tryAgain(): void {
    this.#isOffline = false;
    this.#pump();
  }

  /** Marks what has not moved for long; called from time to time. */
  lookForStalls(): void {
    const nowMs = this.#dependencies.clock.now();
    for (const file of this.#files.values()) {
      const isStalled = isUnderWay(file.item.status) && nowMs - file.movedAtMs > STALLED_MS;
      if (isStalled !== file.item.isStalled) this.#change(file, { isStalled });
    }
  }

  get items(): readonly UploadItem[] {
    return [...this.#files.values()].map(({ item }) => item);
  }

  get question(): NameQuestion | undefined {
    const asking = [...this.#files.values()].filter(({ item }) => item.status === 'asking');
    return nameQuestion(
      asking.map(({ record, item }) => ({ id: item.id, name: item.name, kind: record.present?.kind ?? 'file' })),
    );
  }

  get totals(): UploadTotals {
    const bytesPerSecond = this.#speed.bytesPerSecond(this.#dependencies.clock.now());
    return uploadTotals(this.items, { bytesPerSecond, isPaused: this.#isPaused, isOffline: this.#isOffline });
  }

  /** What has changed since this was asked last: items, and ids of those that are gone. */
  takeChanges(): { readonly items: readonly UploadItem[]; readonly gone: readonly string[] } {
    const ids = [...this.#changed];
    this.#changed.clear();
    const items = ids.flatMap((id) => this.#files.get(id)?.item ?? []);
    return { items, gone: ids.filter((id) => !this.#files.has(id)) };
  }

  #admit(file: QueuedFile): boolean {
    this.#files.set(file.item.id, file);
    const isTooLarge = file.record.size > FILE_BYTES_MAX;
    const reason = nameFailure(file.record) ?? (isTooLarge ? { failure: 'too-large' as const } : undefined);
    this.#change(file, reason === undefined ? {} : { status: 'failed', ...reason });
    return reason === undefined;
  }

  #filesOf(ids: readonly string[] | undefined): readonly QueuedFile[] {
    return ids === undefined ? [...this.#files.values()] : ids.flatMap((id) => this.#files.get(id) ?? []);
  }

  /** Begins what may be begun. */
  #pump(): void {
    this.#dependencies.onChange();
    if (this.#isPaused || this.#isOffline) return;
    const ready: { readonly file: QueuedFile; readonly size: number; readonly order: number }[] = [];
    const homeless: QueuedFile[] = [];
    for (const file of this.#files.values()) {
      if (file.item.status !== 'waiting') continue;
      const { size, order, isFolder } = file.record;
      const outcome = this.#folders.outcomeOf(file.record, foldersOf(file.record));
      if (outcome === undefined) homeless.push(file);
      else if (outcome.kind === 'refused') this.#change(file, { status: 'failed', ...outcome.reason });
      else if (isFolder === true) this.#remove(file);
      else ready.push({ file, size, order });
    }
    if (!this.#isMakingFolders) void this.#makeFolders(homeless);
    const underWay = { smallBatches: this.#smallBatches, largeFiles: this.#largeFiles };
    const { small, large } = nextUploads(ready, underWay);
    if (small.length > 0) void this.#begin(small.map(({ file }) => file));
    for (const { file } of large) void this.#begin([file]);
  }

  #placeOf({ record }: QueuedFile) {
    const outcome = this.#folders.outcomeOf(record, record.folders);
    return outcome?.kind === 'made' ? outcome.folder : undefined;
  }

  async #makeFolders(homeless: readonly QueuedFile[]): Promise<void> {
    const first = homeless[0]?.record;
    if (first === undefined) return;
    const paths = homeless.flatMap(({ record }) => (record.batch === first.batch ? [foldersOf(record)] : []));
    this.#isMakingFolders = true;
    try {
      await this.#folders.make(first, paths, new AbortController().signal);
    } catch (failure) {
      this.#lost(failure);
    } finally {
      this.#isMakingFolders = false;
    }
    this.#pump();
  }

  async #begin(files: readonly QueuedFile[]): Promise<void> {
    const isSmallBatch = files.every(({ record }) => isSmall(record));
    if (isSmallBatch) this.#smallBatches += 1;
    else this.#largeFiles += 1;
    const scope = new AbortController();
    this.#running.add(scope);
    for (const file of files) {
      file.running = isSmallBatch ? undefined : scope;
      this.#change(file, { status: 'reading', readBytes: 0, sentBytes: 0 });
    }
    try {
      await this.#run.upload(files, (file) => this.#placeOf(file), scope.signal);
      this.#offlinePauseMs = 0;
    } catch (failure) {
      if (failure !== ENDED) this.#lost(failure);
    } finally {
      this.#running.delete(scope);
      for (const file of files) {
        file.running = undefined;
        if (isUnderWay(file.item.status)) this.#change(file, { status: 'waiting' });
      }
      if (isSmallBatch) this.#smallBatches -= 1;
      else this.#largeFiles -= 1;
    }
    this.#pump();
  }

  /** The service or the network is not there: everything waits, and is tried again after pauses that grow. */
  #lost(failure: unknown): void {
    if (!(failure instanceof UnavailableError)) throw failure;
    this.#isOffline = true;
    const doubled = Math.max(OFFLINE_PAUSE_MS_MIN, 2 * this.#offlinePauseMs);
    this.#offlinePauseMs = Math.min(OFFLINE_PAUSE_MS_MAX, doubled);
    void this.#tryLater();
  }

  async #tryLater(): Promise<void> {
    await this.#dependencies.clock.sleep(this.#offlinePauseMs);
    if (this.#isOffline) this.tryAgain();
  }

  #moved(file: QueuedFile, bytes: number): void {
    const nowMs = this.#dependencies.clock.now();
    file.movedAtMs = nowMs;
    if (bytes > 0) this.#speed.add(bytes, nowMs);
  }

  #change(file: QueuedFile, change: Partial<UploadItem>): void {
    const { failure, detail, ...item } = file.item;
    const isNewStatus = change.status !== undefined && change.status !== item.status;
    const reason = isNewStatus ? {} : withoutUndefined({ failure, detail });
    file.item = { ...item, ...reason, ...change };
    if (isNewStatus) file.movedAtMs = this.#dependencies.clock.now();
    this.#changed.add(file.item.id);
    if (file.item.status === 'done' || file.item.status === 'skipped' || isHopeless(file.item)) {
      void this.#dependencies.journal.remove([file.item.id]);
    }
    this.#dependencies.onChange();
  }

  #keep(file: QueuedFile, change: Partial<UploadRecord>): void {
    file.record = { ...file.record, ...change };
    if (this.#files.has(file.item.id)) void this.#dependencies.journal.put([file.record]);
  }

  #remove(file: QueuedFile): void {
    this.#files.delete(file.item.id);
    this.#changed.add(file.item.id);
    // Small ones of a batch go on together: what is over is not committed.
    if (!isOver(file.item.status)) file.item = { ...file.item, status: 'skipped' };
    file.running?.abort(ENDED);
    void this.#dependencies.journal.remove([file.item.id]);
    this.#dependencies.onChange();
  }
}

function withoutUndefined(reason: {
  readonly failure: TransferFailure | undefined;
  readonly detail: string | undefined;
}) {
  return {
    ...(reason.failure === undefined ? {} : { failure: reason.failure }),
    ...(reason.detail === undefined ? {} : { detail: reason.detail }),
  };
}
