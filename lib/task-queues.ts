import { functions } from './functions.ts';

/** How the messages of a queue are handled. */
export interface TaskQueueSettings {
  /** Name of what calls the function, within it. */
  readonly mapping: string;
  /** Messages that one call gets at most. */
  readonly batchMessagesMax: number;
  /** Times that a message comes before it is put aside. */
  readonly triesMax: number;
  /** Calls at once. */
  readonly callsMax: number;
  /** How long a message is hidden while it is handled, and after it failed unless the function says otherwise. */
  readonly hiddenSeconds: number;
  /** Whether the function says when a message that failed comes again (lambdas/runtime/received-messages.ts). */
  readonly hidesFailed: boolean;
  /** After that a message is of no use any more. @default as long as a queue can keep it */
  readonly keptSecondsMax?: number;
}

/** Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS". */
const HIDDEN_CALLS = 6;
/** More than a call takes: a message that is handled does not come again meanwhile. */
const HIDDEN_SECONDS_MORE = 60;

/** The queues of a deployment, by what their messages ask for. */
export const taskQueues = {
  /** Member pages: hints for namespaces with more members than the stream's consumer tells itself. */
  pushes: {
    mapping: 'Pages',
    batchMessagesMax: 10,
    triesMax: 3,
    // What a burst of large memberships may take of the concurrency that requests of people need.
    callsMax: 20,
    hiddenSeconds: HIDDEN_CALLS * functions['fan-out'].timeoutSeconds,
    hidesFailed: false,
    // Longer than all tries take. A hint that is older has been overtaken by the poll of a client without a socket.
    keptSecondsMax: 15 * 60,
  },
  /** Webhooks that are to be looked at. A receiver that fails is tried by the same message again, ever later. */
  deliveries: {
    mapping: 'Deliveries',
    batchMessagesMax: 10,
    // With the pauses between them more than a receiver is tried in the days until its webhook ends.
    triesMax: 200,
    // Each waits for servers of others.
    callsMax: 10,
    hiddenSeconds: HIDDEN_CALLS * functions.deliver.timeoutSeconds,
    hidesFailed: true,
  },
  /** What the index is to follow. What is put aside is made good by the next change of its namespace, or by redriving it. */
  index: {
    mapping: 'Tasks',
    batchMessagesMax: 10,
    // With the pauses between them an index that is down for hours is waited for.
    triesMax: 100,
    // What one node of the index can take.
    callsMax: 8,
    hiddenSeconds: functions.index.timeoutSeconds + HIDDEN_SECONDS_MORE,
    hidesFailed: true,
  },
  /** Contents whose words are to be read. What cannot be read is marked in the index and done; a message only comes again when something did not answer. */
  contents: {
    mapping: 'Contents',
    // Few, so that all of one call are done within its time, whatever each of them takes (lambdas/extraction/limits.ts).
    batchMessagesMax: 5,
    // With the pauses between them an index that is down for hours is waited for.
    triesMax: 60,
    // Reading costs a core each, and the index takes what eight of `index` leave.
    callsMax: 4,
    hiddenSeconds: functions.extract.timeoutSeconds + HIDDEN_SECONDS_MORE,
    hidesFailed: true,
  },
} as const satisfies Record<string, TaskQueueSettings>;
