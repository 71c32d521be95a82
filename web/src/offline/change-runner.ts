import { type ApiClient, type FormerContent, UnavailableError, type UploadOutcome } from '@syncline/client';
import type { NamespaceId, Node, OperationError, UploadId } from '@syncline/protocol';
import type { ChangeJournal } from './change-journal.ts';
import { changeOperation, namespaceOf } from './change-operation.ts';
import { askedChange, type ChangeAnswer, nextChange, settleChange } from './change-queue.ts';
import type { ChangeQueue, OfflineChange } from './offline-change.ts';

export interface RunnerDependencies {
  readonly api: Pick<ApiClient, 'commit' | 'listTree'>;
  readonly journal: ChangeJournal;
  /** Stores bytes; the commit makes them a file. @throws UnavailableError */
  readonly store: (content: Blob, to: StoredFor) => Promise<UploadOutcome>;
  readonly homeNamespaceId: NamespaceId;
  readonly deviceName: string;
  /** Told of nodes as they are after a commit. */
  readonly onNode: (node: Node) => void;
  /** Told of the queue after each step. */
  readonly onQueue: (queue: ChangeQueue) => void;
}

/** What a content is stored for: in which namespace, and which content it replaces there. */
export interface StoredFor {
  readonly namespaceId: NamespaceId;
  readonly base?: FormerContent | undefined;
}

type Refused = Extract<ChangeAnswer, { readonly status: 'refused' }>;

/**
 * Commits what waits, one change after the other in the order in which they were made, until nothing is left that can go. Each answer is written
 * down before the next change goes. It can end anywhere and begin again: what was committed is answered again under the same name, and done once.
 *
 * Precondition: one at a time for each journal.
 * @throws UnavailableError  the service cannot be reached, or is busy; everything that was not acknowledged still waits.
 */
export async function runChanges(
  dependencies: RunnerDependencies,
  signal: AbortSignal,
): Promise<'empty' | 'asking' | 'stuck'> {
  const { journal, onQueue, onNode } = dependencies;
  for (;;) {
    signal.throwIfAborted();
    const queue = await journal.read();
    const change = nextChange(queue);
    if (change === undefined) {
      if (queue.changes.length === 0) return 'empty';
      return askedChange(queue) === undefined ? 'stuck' : 'asking';
    }
    const result = await send(dependencies, change);
    signal.throwIfAborted();
    if (result.status === 'refused' && isTransient(result.error)) throw new UnavailableError(result.error.detail);
    if (result.status === 'committed') onNode(result.node);
    onQueue(await journal.update((present) => settleChange(present, change, result)));
  }
}

async function send(dependencies: RunnerDependencies, change: OfflineChange): Promise<ChangeAnswer> {
  const { api, homeNamespaceId, deviceName } = dependencies;
  const namespaceId = namespaceOf(change, homeNamespaceId);
  const upload = change.edit.type === 'put' ? await storeContent(dependencies, change, namespaceId) : undefined;
  if (typeof upload === 'object') return upload;
  const seq = await seqFor(api, change);
  const operation = changeOperation(change, { homeNamespaceId, deviceName, uploadId: upload, seq });
  const answer = await api.commit({ body: { operations: [operation] } });
  if (!answer.ok) return { status: 'refused', error: answer.problem };
  const [result] = answer.value.results;
  if (result === undefined) throw new UnavailableError('a commit was answered without its result');
  if (result.status === 'error') return { status: 'refused', error: result.error };
  return result;
}

async function storeContent(
  { journal, store }: RunnerDependencies,
  change: OfflineChange,
  namespaceId: NamespaceId,
): Promise<UploadId | Refused> {
  const content = await journal.content(change.id);
  // Another tab was faster, or the browser has lost it: what waits is looked at again, and never taken for sent.
  if (content === undefined) return refused('invalid_request', 'the browser does not have its bytes any more');
  const outcome = await store(content, { namespaceId, base: formerContent(change) });
  switch (outcome.kind) {
    case 'uploaded':
      return outcome.uploadId;
    case 'refused':
      return refused(outcome.problem.code, outcome.problem.detail);
    case 'changed':
    case 'unreadable':
      return refused('invalid_request', 'the browser cannot read its bytes');
  }
}

/** None of a file that is a new one at the service. */
function formerContent({ edit, after, rescue }: OfflineChange): FormerContent | undefined {
  if (edit.type !== 'put' || edit.baseRev === 0 || rescue !== undefined || edit.replacedBytes === undefined)
    return undefined;
  return { nodeId: after.nodeId, rev: edit.baseRev, size: edit.replacedBytes };
}

/** For the delete of a folder that a person was asked about: all that is there has been said. */
async function seqFor(api: RunnerDependencies['api'], { edit, after }: OfflineChange): Promise<number | undefined> {
  if (edit.type !== 'delete' || edit.baseSeq !== undefined || after.kind !== 'folder') return undefined;
  const answer = await api.listTree({ query: { namespaceId: after.namespaceId, limit: '1' } });
  return answer.ok ? answer.value.seq : undefined;
}

function refused(code: OperationError['code'], detail: string): Refused {
  return { status: 'refused', error: { code, detail } };
}

/** Nothing was said of the change itself. */
function isTransient({ code }: Refused['error']): boolean {
  return code === 'rate_limited' || code === 'unavailable' || code === 'internal' || code === 'unauthenticated';
}
