import { chunkingFor, type Problem, type Upload, type UploadFile, type UploadId } from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import { FileMemory } from './file-memory.ts';
import type { IndexedSource, SourceGroup } from './group-sources.ts';
import { READING_FILES_MAX } from './limits.ts';
import { patchMissing } from './patch-chunks.ts';
import { type FileContent, type ReadOutcome, readContent, readContentNow } from './read-content.ts';
import { runBounded } from './run-bounded.ts';
import { StoreUnavailableError } from './store-health.ts';
import { chunkForPack, storeInPack } from './store-in-pack.ts';
import type { ContentOutcome, UploadOutcome, UploadSource } from './upload-files.ts';
import { type StoreOutcome, UploadSession, type UploadSessionDependencies } from './upload-session.ts';

/** What the groups of one call share. */
export interface UploadCall extends UploadSessionDependencies {
  readonly signal: AbortSignal;
  readonly onSession: (index: number, uploadId: UploadId) => void;
  readonly onSending: (index: number) => void;
  readonly onOutcome: (index: number, outcome: ContentOutcome) => void;
  /** Whether of files that have a former content only differences may travel. */
  readonly patches: boolean;
  /** Whether commits tell contents: then those that packs bring need no upload session. */
  readonly tellsContents: boolean;
  /** Ends the whole call with this failure. */
  readonly fail: (failure: unknown) => void;
}

/** A file whose content is named. */
export interface ReadFile {
  readonly index: number;
  readonly content: FileContent;
}

/** A file whose upload is open. */
export interface OpenedFile extends ReadFile {
  readonly upload: { readonly uploadId: UploadId } | Upload;
}

/**
 * Reads the files of one group and opens their uploads, with one initiation for all of them. `keptBytesMax` of them are kept in memory.
 * Outcomes of the others are told.
 */
export async function openGroup(
  call: UploadCall,
  group: SourceGroup,
  keptBytesMax: number,
): Promise<readonly OpenedFile[]> {
  try {
    const files = await readFiles(call, group, keptBytesMax);
    const [first] = files;
    const resume = first?.content.source.resume;
    return first !== undefined && resume !== undefined ? [{ ...first, upload: resume }] : await openFiles(call, files);
  } catch (failure) {
    call.fail(failure);
    throw failure;
  }
}

/** Stores the chunks of opened files and tells their outcomes, each as soon as it is there. */
export async function storeFiles(call: UploadCall, files: readonly OpenedFile[]): Promise<void> {
  await runBounded(files.length, files, async (file) => {
    try {
      call.onOutcome(file.index, await storeOrStartOver(call, file));
    } catch (failure) {
      if (holdsBack(call, file, failure)) return;
      // At once, so that the other files of the call do not go on for nothing.
      call.fail(failure);
      throw failure;
    }
  });
}

/** Whether a failure is that of one file alone, and of no other: then that is its outcome. */
export function holdsBack(
  { storeHealth, signal, onOutcome }: UploadCall,
  { index }: Pick<ReadFile, 'index'>,
  failure: unknown,
): boolean {
  if (storeHealth === undefined || signal.aborted || !(failure instanceof StoreUnavailableError)) return false;
  onOutcome(index, { kind: 'held-back', cause: failure });
  return true;
}

/** Reads the files of one group, of which `keptBytesMax` are kept in memory. Outcomes of those that cannot be read are told. */
export async function readFiles(
  call: UploadCall,
  group: SourceGroup,
  keptBytesMax: number,
): Promise<readonly ReadFile[]> {
  const keeping = { bytesLeft: keptBytesMax };
  const { gate, signal, cutting } = call;
  signal.throwIfAborted();
  const memory = new FileMemory(Math.min(keptBytesMax, group.bytes));
  const outcomes: (ReadOutcome | undefined)[] = group.members.map(({ source }) =>
    readContentNow({ keeping, memory }, source),
  );
  const later = [...group.members.keys()].filter((place) => outcomes[place] === undefined);
  await runBounded(READING_FILES_MAX, later, async (place) => {
    const member = group.members[place] as IndexedSource;
    outcomes[place] = await readContent({ gate, keeping, signal, cutting }, member.source);
  });
  return group.members.flatMap(({ index }, place) => {
    const outcome = outcomes[place];
    if (outcome?.kind === 'read') return { index, content: outcome.content };
    if (outcome !== undefined) call.onOutcome(index, outcome);
    return [];
  });
}

/** Opens uploads of files that were read, with one initiation. Outcomes of those that are refused are told. */
export async function openFiles(call: UploadCall, read: readonly ReadFile[]): Promise<readonly OpenedFile[]> {
  const refusal = call.storeHealth?.refusal;
  if (refusal !== undefined) {
    // Their sessions would be for nothing.
    for (const { index } of read) call.onOutcome(index, { kind: 'held-back', cause: refusal });
    return [];
  }
  for (let files = read; files.length > 0; ) {
    const answer = await initiate(call, files);
    if (answer.ok) return answer.value;
    const fitting = fittingQuota(files, answer.problem);
    for (const { index } of files.slice(fitting.length)) {
      call.onOutcome(index, { kind: 'refused', problem: answer.problem });
    }
    files = fitting;
  }
  return [];
}

async function initiate({ api, signal, packs }: UploadCall, files: readonly ReadFile[]) {
  const described = files.map(describeFile);
  const body = packs === undefined ? { files: described } : { packs: true, files: described };
  const answer = await api.initiateUploads({ body, signal });
  if (!answer.ok) return answer;
  const { uploads } = answer.value;
  if (uploads.length !== files.length) throw new UnavailableError('the service opened another number of uploads');
  const value = files.map((file, position): OpenedFile => ({ ...file, upload: uploads[position] as Upload }));
  return { ok: true as const, value };
}

function describeFile({ content }: ReadFile): UploadFile {
  const { source, contentHash, chunks } = content;
  return {
    namespaceId: source.namespaceId,
    size: source.size,
    contentHash,
    chunking: chunkingFor(source.size),
    chunks: [...chunks],
    ...(source.base === undefined ? {} : { replacedBytes: source.base.size }),
  };
}

/** What a file takes more than the content that it replaces. */
export function addedBytes({ size, base }: Pick<UploadSource, 'size' | 'base'>): number {
  return Math.max(0, size - (base?.size ?? 0));
}

/**
 * When all files together are over the quota: those, from the first on, that have room; half of them where that is not told, as in a
 * shared folder. Always fewer than all.
 */
function fittingQuota(files: readonly ReadFile[], problem: Problem): readonly ReadFile[] {
  if (problem.code !== 'quota_exceeded') return [];
  const { quotaBytes, usedBytes } = problem.details ?? {};
  if (quotaBytes === undefined || usedBytes === undefined) return files.slice(0, Math.floor(files.length / 2));
  let room = quotaBytes - usedBytes;
  let count = 0;
  for (const { content } of files.slice(0, -1)) {
    room -= addedBytes(content.source);
    if (room < 0) break;
    count += 1;
  }
  return files.slice(0, count);
}

async function storeOrStartOver(call: UploadCall, file: OpenedFile): Promise<UploadOutcome> {
  const { index, content, upload } = file;
  let { uploadId } = upload;
  call.onSession(index, uploadId);
  call.onSending(index);
  let stored = await storeChunks(call, file);
  if (stored.kind === 'refused' && startsOver(stored.problem, 'missing' in upload)) {
    // By itself, so it would not share a pack.
    const alone = { ...call, packs: undefined };
    const again = await initiate(alone, [file]);
    const reopened = again.ok ? again.value[0] : undefined;
    if (reopened !== undefined) {
      ({ uploadId } = reopened.upload);
      call.onSession(index, uploadId);
      stored = await storeChunks(alone, reopened);
    } else if (!again.ok) {
      stored = { kind: 'refused', problem: again.problem };
    }
  }
  const { size } = content.source;
  const { contentHash, chunks } = content;
  if (stored.kind !== 'stored') return stored;
  return { kind: 'uploaded', uploadId, contentHash, size, chunks, unconfirmed: stored.unconfirmed };
}

function storeChunks(call: UploadCall, { content, upload }: OpenedFile): Promise<StoreOutcome> {
  const { uploadId } = upload;
  if (!('missing' in upload)) return new UploadSession(call, content, { uploadId }).store();
  const inSession = (): Promise<StoreOutcome> => new UploadSession(call, content, { uploadId, upload }).store();
  // Where files travel in packs they are small and many, and a pack waits for nobody.
  if (content.source.base !== undefined && call.packs === undefined && call.patches) {
    return patchAndStore(call, content, upload);
  }
  // Found out without waiting: what goes into packs is added before the group says that it has added all.
  const chunk = chunkForPack(call, content, upload);
  return chunk === undefined ? inSession() : storeInPack(call, chunk).then((stored) => stored ?? inSession());
}

async function patchAndStore(call: UploadCall, content: FileContent, upload: Upload): Promise<StoreOutcome> {
  const left = await patchMissing(call, content, upload);
  return new UploadSession(call, content, { uploadId: upload.uploadId, upload: left }).store();
}

/** Whether a session is gone; a resumed one may also turn out to have been for another content. */
function startsOver(problem: Problem, fresh: boolean): boolean {
  if (problem.code === 'upload_expired' || problem.code === 'not_found') return true;
  return !fresh && problem.code === 'invalid_request';
}
