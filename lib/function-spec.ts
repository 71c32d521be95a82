import type { RouteName } from '@syncline/protocol';

export type TableName = 'files' | 'chunks' | 'changes' | 'accounts' | 'sessions';
/** Kinds of objects in the bucket; each is the first part of a key. */
export type ObjectKind = 'chunks' | 'packs' | 'manifests';
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'Scan'
  | 'BatchWriteItem';

/** All that a function may do. What is not named here, its role refuses. */
export interface Access {
  readonly tables?: { readonly [table in TableName]?: readonly TableAction[] };
  /** Of tables that are named here it reads these attributes alone, and no call may ask for another. */
  readonly attributes?: { readonly [table in TableName]?: readonly string[] };
  /** May query the sessions of an account, by the index `byAccount`. */
  readonly sessionsByAccount?: true;
  readonly readObjects?: readonly ObjectKind[];
  /** May give others addresses of chunks and packs: by its own right to read them, or, where CloudFront hands them out, by a key. */
  readonly addressObjects?: true;
  readonly writeObjects?: readonly ObjectKind[];
  /** May list all versions of objects, and remove one for ever. The policy of the bucket allows it to this role alone. */
  readonly removeObjects?: readonly ObjectKind[];
  /** May list all versions of objects. */
  readonly listObjects?: true;
  /** May learn that an object does not exist: without it the store answers 403 instead of 404. */
  readonly findObjects?: true;
  /** May read the secret that signs cursors, page tokens, challenges and writer tags. */
  readonly keySecret?: true;
  /** What it may do to connections of the WebSocket API: push to them, or close them too. */
  readonly connections?: 'push' | 'push-and-close';
  /** May put member pages into the queue of pushes. */
  readonly queuePushes?: true;
  /** May put webhooks that are to be looked at into the queue of deliveries. */
  readonly queueDeliveries?: true;
  /** What it may do to the search index, where there is one: ask it, also write documents, or also change how they lie there. */
  readonly searchIndex?: 'read' | 'fill' | 'write';
  /** May put tasks into the queue of the search index, where there is one. */
  readonly queueIndexTasks?: true;
  /** Whether it puts tasks into the queue of contents to be read, where there is a search index, or is called by that queue. */
  readonly contentQueue?: 'send' | 'receive';
}

/** Values of the deployment that a function needs beside the names of what it may access. */
export type Setting =
  | 'DEDUP_SCOPE'
  | 'QUOTA_BYTES'
  | 'ALLOWED_ORIGINS'
  | 'SOCKET_URL'
  | 'STREAM_URL'
  | 'IDENTITY'
  | 'CONTENTS'
  | 'SCRUB_DAYS'
  | 'WEBHOOK_TARGETS';

export interface FunctionSpec {
  /** Routes of the HTTP API that it serves; none when something else calls it. */
  readonly routes: readonly RouteName[];
  readonly access: Access;
  readonly settings: readonly Setting[];
  /** Buys CPU in proportion: 1,769 MiB is one core. */
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
}
