/** Counts what happens, so that the log line and the metrics of an invocation can tell it. Never throws. */
export interface Meter {
  count(name: CountName, value?: number): void;
}

/** Is told which requests what is done follows from, so that one can be followed through all functions. Never throws. */
export interface Tracer {
  /** `requestId` stands in the journal entry that a request has made. What is more than TRACES_MAX in one invocation is left out. */
  trace(requestId: string): void;
}

/** Everything that is counted. A closed list: metric names are what dashboards and alarms hold on to. */
export type CountName =
  | 'chunksHeld'
  | 'chunksMissing'
  | 'chunksToProve'
  | 'chunksConfirmed'
  | 'chunksPatched'
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
  | 'canariesFailed'
  | 'canaryStoreMs'
  | 'canaryPushMs'
  | 'canaryReadMs'
  | 'nodesIndexed'
  | 'tasksFailed'
  | 'tasksPoisoned'
  | 'textsRead'
  | 'textsUnread'
  | 'webhooksTold'
  | 'webhooksFailed'
  | 'webhooksEnded';
