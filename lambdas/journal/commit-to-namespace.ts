import {
  assert,
  type NamespaceId,
  NodeId,
  neighbouringUlids,
  type Operation,
  type OperationError,
  type OperationResult,
  type OpId,
  operationError,
  type PutOperation,
  type UploadId,
} from '@syncline/protocol';
import { dateChange } from '../namespaces/date-change.ts';
import { type NamespaceHead, TRANSACTION_ITEMS_MAX } from '../namespaces/namespace-store.ts';
import { refuseViewer } from '../namespaces/refuse-viewer.ts';
import { countTransactionItems } from '../namespaces/transaction-items.ts';
import { toWireNode } from '../namespaces/wire-node.ts';
import type { DeviceCaller } from '../runtime/caller.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import { RETRY_AFTER_SECONDS } from '../runtime/limits.ts';
import { done, type Outcome, refused } from '../runtime/outcome.ts';
import { retryDelayMs } from '../runtime/retry-delay.ts';
import type { UploadSession, UploadStore } from '../uploads/upload-store.ts';
import type { Decision } from './decision.ts';
import {
  type ContentFinding,
  type ContentKey,
  contentKey,
  type FindContentsDependencies,
  findContents,
} from './find-contents.ts';
import { COMMIT_TRIES_MAX, OPERATION_ITEMS_MAX } from './limits.ts';
import { NamespaceView } from './namespace-view.ts';
import { nodesOf, placesOf, putsOf, uploadIdsOf } from './operands.ts';
import type { OperationContext } from './operation-context.ts';
import { replayResults } from './replay-results.ts';

export interface CommitDependencies extends FindContentsDependencies, Pick<OperationContext, 'namespaces'> {
  readonly uploads: Pick<UploadStore, 'get'>;
  /** Decides what an operation does. A function that takes operations of one type alone knows no others. */
  readonly decide: (context: OperationContext, operation: Operation) => Promise<Decision>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NamespaceWork {
  readonly namespaceId: NamespaceId;
  /** Each opId once. */
  readonly operations: readonly Operation[];
  readonly caller: DeviceCaller;
  /** Chunks that the request may still confirm by itself. */
  readonly budget: { chunks: number };
  /** Of what was done after its `baseSeq` a delete has seen the operations of these batches; when absent, all that its device did. */
  readonly seenBatches?: ReadonlySet<string>;
}

/** Entries of a journal that follow one another: those behind `after`, up to `seq`. */
export interface WrittenEntries {
  readonly epoch: number;
  readonly after: number;
  readonly seq: number;
}

export interface NamespaceAnswer {
  readonly results: ReadonlyMap<OpId, OperationResult>;
  /** What the operations have written, up to where somebody else's entries stand between. */
  readonly written: WrittenEntries | undefined;
}

/** A namespace at one head, and what is known of the operations that are still open there. */
interface Round {
  readonly view: NamespaceView;
  readonly contents: ReadonlyMap<ContentKey, ContentFinding>;
  readonly answered: ReadonlyMap<OpId, OperationResult>;
}

/**
 * Applies operations to one namespace, in their order, in as few transactions as hold them. When somebody else's commit comes
 * first everything is read and decided again, COMMIT_TRIES_MAX times for a transaction; then what is left is `unavailable`.
 */
export async function commitToNamespace(
  dependencies: CommitDependencies,
  work: NamespaceWork,
): Promise<NamespaceAnswer> {
  const results = new Map<OpId, OperationResult>();
  const contents = new Map<ContentKey, ContentFinding>();
  let round: Round | undefined;
  let written: WrittenEntries | undefined;
  let tries = 0;
  while (results.size < work.operations.length) {
    const open = work.operations.filter(({ opId }) => !results.has(opId));
    if (tries === COMMIT_TRIES_MAX) return { results: answerAll(results, open, overrun()), written };
    if (round === undefined) {
      const begun = await beginRound(dependencies, { ...work, operations: open }, contents);
      if (begun.kind === 'refused') return { results: answerAll(results, open, begun.error), written };
      round = begun.value;
      for (const [opId, result] of round.answered) results.set(opId, result);
      continue;
    }
    const decided = await commitNext(dependencies, { ...work, operations: open }, round);
    if (decided === undefined) {
      round = undefined;
      tries += 1;
      await dependencies.clock.sleep(retryDelayMs(dependencies.random, tries));
      continue;
    }
    tries = 0;
    for (const [opId, result] of decided.results) results.set(opId, result);
    written = decided.written === undefined ? written : followedBy(written, decided.written);
  }
  return { results, written };
}

function followedBy(before: WrittenEntries | undefined, next: WrittenEntries): WrittenEntries {
  if (before === undefined) return next;
  const isNext = before.epoch === next.epoch && before.seq === next.after;
  return isNext ? { ...before, seq: next.seq } : before;
}

/** Reads the head, and after it everything that the operations name. What is found out of contents is kept in `contents`. */
async function beginRound(
  dependencies: CommitDependencies,
  work: NamespaceWork,
  contents: Map<ContentKey, ContentFinding>,
): Promise<Outcome<Round>> {
  const { namespaces } = dependencies;
  const { namespaceId, caller, operations } = work;
  const unknown = uploadIdsOf(unfound(operations, contents));
  const [access, sessions] = await Promise.all([
    namespaces.readAccess({ namespaceId, accountId: caller.accountId }),
    unknown.length === 0 ? new Map<UploadId, UploadSession>() : dependencies.uploads.get(unknown),
  ]);
  if (access === undefined) return refused('not_found', 'there is no such namespace for this account');
  if (access.role === 'viewer') return refuseViewer();
  const view = new NamespaceView(dependencies, access);
  const [answered] = await Promise.all([
    replayResults(dependencies, { namespaceId, caller, operations }),
    view.load(nodesOf(operations), placesOf(operations)),
  ]);
  const open = operations.filter(({ opId }) => !answered.has(opId));
  const puts = unfound(open, contents);
  const search = { caller, now: dependencies.clock.now(), puts, sessions, budget: work.budget };
  const [found] = await Promise.all([findContents(dependencies, search), view.loadAncestors(nodesOf(open))]);
  for (const [key, finding] of found) contents.set(key, finding);
  return done({ view, contents, answered });
}

/** The puts whose contents nothing was found out of yet. */
function unfound(
  operations: readonly Operation[],
  contents: ReadonlyMap<ContentKey, ContentFinding>,
): readonly PutOperation[] {
  return putsOf(operations).filter((put) => !contents.has(contentKey(put)));
}

/** Commits as many of the operations as one transaction holds; undefined when somebody else's commit came first. */
async function commitNext(
  dependencies: CommitDependencies,
  work: NamespaceWork,
  { view, contents }: Round,
): Promise<NamespaceAnswer | undefined> {
  const { namespaceId, caller } = work;
  const now = dateChange(view.head, dependencies.clock.now());
  const { namespaces, random } = dependencies;
  const { seenBatches } = work;
  const newId = neighbouringUlids((count) => random.bytes(count));
  const newNodeId = (): NodeId => NodeId.parse(newId());
  const context: OperationContext = { namespaceId, caller, now, view, newNodeId, contents, namespaces, seenBatches };
  const results = new Map<OpId, OperationResult>();
  const hasRoom = (operation: Operation): boolean => {
    const room = TRANSACTION_ITEMS_MAX - mostItems(operation, view.head);
    // Counting them exactly makes the transaction, which would cost more with every operation than deciding it.
    return view.itemsMost <= room || countTransactionItems(view.transaction(now)) <= room;
  };
  for (const operation of work.operations) {
    if (!hasRoom(operation)) break;
    results.set(operation.opId, applyDecision(context, operation, await dependencies.decide(context, operation)));
  }
  const transaction = view.transaction(now);
  assert(countTransactionItems(transaction) <= view.itemsMost, 'no transaction touches more than was told at once');
  // Conflicts and errors are not stored: a repeat decides them again. No transaction vouches for what they were decided on,
  // which another commit may have parted: perhaps this very request, sent twice.
  if (transaction.results.length === 0) {
    return (await isStillHead(dependencies, work, view)) ? { results, written: undefined } : undefined;
  }
  const outcome = await namespaces.commit(transaction);
  if (outcome.kind === 'superseded') return undefined;
  view.settle();
  const { epoch, expectedSeq, entries } = transaction;
  const written = { epoch, after: expectedSeq, seq: expectedSeq + entries.length };
  return { results, written: entries.length === 0 ? undefined : written };
}

/** A restore may also touch the folder in the trash that it leaves; in a shared folder what leaves the trash may be in two. */
function mostItems({ type }: Operation, { groundId }: Pick<NamespaceHead, 'groundId'>): number {
  return type === 'restore' || groundId !== undefined ? OPERATION_ITEMS_MAX + 1 : OPERATION_ITEMS_MAX;
}

/** Whether everything that the view has read was true at one time. Cost: one read. */
async function isStillHead(
  { namespaces }: CommitDependencies,
  { namespaceId, caller }: NamespaceWork,
  view: NamespaceView,
): Promise<boolean> {
  const access = await namespaces.readAccess({ namespaceId, accountId: caller.accountId });
  return access?.head.seq === view.head.seq && access.head.epoch === view.head.epoch;
}

function applyDecision(context: OperationContext, { opId }: Operation, decision: Decision): OperationResult {
  const { view, namespaceId } = context;
  switch (decision.kind) {
    case 'change': {
      const { change, conflict } = decision;
      const { seq, node } = view.apply(context, opId, change);
      const met = conflict === undefined ? {} : { conflict };
      view.keepResult(context, opId, { namespaceId, seq, ...met });
      return { opId, status: 'committed', node, seq, ...met };
    }
    case 'unchanged': {
      const { seq } = view.head;
      const node = toWireNode(decision.node);
      view.keepResult(context, opId, { namespaceId, seq, node });
      return { opId, status: 'committed', node, seq };
    }
    case 'conflict':
      return { opId, status: 'conflict', conflict: decision.conflict, node: toWireNode(decision.node) };
    case 'error':
      return { opId, status: 'error', error: decision.error };
  }
}

function answerAll(
  results: ReadonlyMap<OpId, OperationResult>,
  open: readonly Operation[],
  error: OperationError,
): ReadonlyMap<OpId, OperationResult> {
  return new Map([...results, ...open.map(({ opId }) => [opId, { opId, status: 'error', error }] as const)]);
}

function overrun(): OperationError {
  return operationError('unavailable', 'too many commits to this namespace at once: repeat the same request', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
