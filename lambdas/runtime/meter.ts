/** Counts what happens, so that the log line and the metrics of an invocation can tell it. Never throws. */
export interface Meter {
  count(name: CountName, value?: number): void;
}

/** Everything that is counted. A closed list: metric names are what dashboards and alarms hold on to. */
export type CountName =
  | 'chunksHeld'
  | 'chunksMissing'
  | 'chunksToProve'
  | 'chunksConfirmed'
  | 'proofsRight'
  | 'proofsWrong'
  | 'uploadsOpened'
  | 'packsStored'
  | 'chunksPacked'
  | 'operationsCommitted'
  | 'operationsConflicted'
  | 'operationsRefused'
  | 'transactionRetries'
  | 'revisionsExpired'
  | 'nodesPurged'
  | 'changesListed'
  | 'pushesSent'
  | 'pushesGone'
  | 'pushesFailed'
  | 'pushPagesQueued'
  | 'pushPagesPoisoned'
  | 'recordsPoisoned'
  | 'contentsReferenced'
  | 'contentsDropped'
  | 'chunksUnstored'
  | 'manifestsMissing'
  | 'chunksSwept'
  | 'objectsSwept'
  | 'sweepsStopped'
  | 'scrubDefects'
  | 'nodesIndexed'
  | 'tasksFailed'
  | 'tasksPoisoned'
  | 'textsRead'
  | 'textsUnread';
