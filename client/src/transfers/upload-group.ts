import {
  type ChunkHash,
  chunkingFor,
  type Problem,
  type Upload,
  type UploadFile,
  type UploadId,
} from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { IndexedSource } from './group-sources.ts';
import { GROUP_KEPT_BYTES_MAX, READING_FILES_MAX } from './limits.ts';
import { type FileContent, readContent } from './read-content.ts';
import { runBounded } from './run-bounded.ts';
import type { SendOutcome } from './send-chunk.ts';
import type { TransferDependencies, UploadOutcome } from './upload-files.ts';
import { type StoreOutcome, UploadSession } from './upload-session.ts';

/** What the groups of one call share. */
export interface UploadCall extends TransferDependencies {
  readonly signal: AbortSignal;
  readonly sending: Map<ChunkHash, Promise<SendOutcome | undefined>>;
  readonly onStored: (bytes: number) => void;
  readonly onSession: (index: number, uploadId: UploadId) => void;
  readonly onOutcome: (index: number, outcome: UploadOutcome) => void;
  /** Ends the whole call with this failure. */
  readonly fail: (failure: unknown) => void;
}

interface ReadFile {
  readonly index: number;
  readonly content: FileContent;
}

/** Reads, opens and stores the files of one group, with one upload initiation for all of them. */
export async function uploadGroup(call: UploadCall, group: readonly IndexedSource[]): Promise<void> {
  try {
    const files = await readFiles(call, group);
    const [first] = files;
    if (first?.content.source.resume !== undefined) {
      await storeFile(call, first, { uploadId: first.content.source.resume.uploadId });
    } else if (first !== undefined) {
      await openAndStore(call, files);
    }
  } catch (failure) {
    call.fail(failure);
    throw failure;
  }
}

async function readFiles(call: UploadCall, group: readonly IndexedSource[]): Promise<readonly ReadFile[]> {
  const keeping = { bytesLeft: GROUP_KEPT_BYTES_MAX };
  const { gate, signal, cutting } = call;
  const read = await runBounded(READING_FILES_MAX, group, async ({ index, source }) => {
    const outcome = await readContent({ gate, keeping, signal, cutting }, source);
    if (outcome.kind === 'read') return { index, content: outcome.content };
    call.onOutcome(index, outcome);
    return undefined;
  });
  return read.filter((file) => file !== undefined);
}

async function openAndStore(call: UploadCall, files: readonly ReadFile[]): Promise<void> {
  const answer = await initiate(call, files);
  if (answer.ok) {
    await runBounded(files.length, answer.value, ({ file, upload }) => storeFile(call, file, upload));
    return;
  }
  const fitting = fittingQuota(files, answer.problem);
  for (const { index } of files.slice(fitting.length)) {
    call.onOutcome(index, { kind: 'refused', problem: answer.problem });
  }
  if (fitting.length > 0) await openAndStore(call, fitting);
}

async function initiate({ api, signal }: UploadCall, files: readonly ReadFile[]) {
  const answer = await api.initiateUploads({ body: { files: files.map(describeFile) }, signal });
  if (!answer.ok) return answer;
  const { uploads } = answer.value;
  if (uploads.length !== files.length) throw new UnavailableError('the service opened another number of uploads');
  const value = files.map((file, position) => ({ file, upload: uploads[position] as Upload }));
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
  };
}

/** When all files together are over the quota: those, from the first on, that have room. Always fewer than all. */
function fittingQuota(files: readonly ReadFile[], problem: Problem): readonly ReadFile[] {
  if (problem.code !== 'quota_exceeded') return [];
  let room = (problem.details?.quotaBytes ?? 0) - (problem.details?.usedBytes ?? 0);
  let count = 0;
  for (const { content } of files.slice(0, -1)) {
    room -= content.source.size;
    if (room < 0) break;
    count += 1;
  }
  return files.slice(0, count);
}

type OpenedUpload = { readonly uploadId: UploadId } | Upload;

async function storeFile(call: UploadCall, file: ReadFile, opened: OpenedUpload): Promise<void> {
  try {
    call.onOutcome(file.index, await storeOrStartOver(call, file, opened));
  } catch (failure) {
    // At once, so that the other files of the call do not go on for nothing.
    call.fail(failure);
    throw failure;
  }
}

async function storeOrStartOver(call: UploadCall, file: ReadFile, opened: OpenedUpload): Promise<UploadOutcome> {
  const { index, content } = file;
  let { uploadId } = opened;
  call.onSession(index, uploadId);
  let stored = await storeChunks(call, content, opened);
  if (stored.kind === 'refused' && startsOver(stored.problem, 'missing' in opened)) {
    const again = await initiate(call, [file]);
    const upload = again.ok ? again.value[0]?.upload : undefined;
    if (upload !== undefined) {
      uploadId = upload.uploadId;
      call.onSession(index, uploadId);
      stored = await storeChunks(call, content, upload);
    } else if (!again.ok) {
      stored = { kind: 'refused', problem: again.problem };
    }
  }
  const { size } = content.source;
  const { contentHash, chunks } = content;
  if (stored.kind !== 'stored') return stored;
  return { kind: 'uploaded', uploadId, contentHash, size, chunks, unconfirmed: stored.unconfirmed };
}

function storeChunks(call: UploadCall, content: FileContent, opened: OpenedUpload): Promise<StoreOutcome> {
  const upload = 'missing' in opened ? { upload: opened } : {};
  return new UploadSession(call, content, { uploadId: opened.uploadId, ...upload }).store();
}

/** Whether a session is gone; a resumed one may also turn out to have been for another content. */
function startsOver(problem: Problem, fresh: boolean): boolean {
  if (problem.code === 'upload_expired' || problem.code === 'not_found') return true;
  return !fresh && problem.code === 'invalid_request';
}
