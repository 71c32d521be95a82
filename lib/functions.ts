import { canaryFunction } from './canary-function.ts';
import { deploymentFunctions } from './deployment-functions.ts';
import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';
import { identityFunctions } from './identity-functions.ts';
import { linkFunctions } from './link-functions.ts';
import { count, look, lookFiles, read, readFiles } from './row-reads.ts';
import { searchFunctions } from './search-functions.ts';
import { socketFunctions } from './socket-functions.ts';
import { viewFunctions } from './view-functions.ts';
import { webhookFunctions } from './webhook-functions.ts';

/** Every deployed function: `lambdas/<name>.lambda.ts`, the routes it serves and the least that it needs. */
export const functions = {
  configuration: {
    routes: ['getConfiguration'],
    access: {},
    settings: ['IDENTITY'],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.short,
  },
  account: {
    routes: ['getAccount'],
    access: { tables: { accounts: [...look, 'PutItem'] } },
    settings: ['QUOTA_BYTES'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.short,
  },
  devices: {
    routes: ['registerDevice', 'listDevices', 'renameDevice', 'unlinkDevice', 'reportWipe'],
    access: {
      // The Query of the journal tells how far devices are behind.
      tables: { accounts: [...read, 'PutItem', 'UpdateItem'], changes: ['Query'], sessions: ['DeleteItem'] },
      sessionsByAccount: true,
      connections: 'push-and-close',
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  'upload-initiate': {
    routes: ['initiateUploads'],
    access: {
      tables: {
        accounts: look,
        files: lookFiles,
        chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'],
        sessions: ['BatchWriteItem'],
      },
      // Signs PUTs of chunks with its own rights, and writes manifests that are too long for a session.
      writeObjects: ['chunks', 'manifests'],
      // Asks which version of a manifest is stored, and whether chunks are that are to live again.
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      keySecret: true,
    },
    settings: ['DEDUP_SCOPE'],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  'chunk-check': {
    routes: ['checkChunks', 'patchChunks', 'outlineContent'],
    access: {
      tables: {
        // Tells the members of the namespace how far an upload has come.
        accounts: read,
        // Finds the revision that is outlined, or of which patched chunks are made.
        files: look,
        chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'],
        sessions: ['BatchGetItem', 'UpdateItem'],
      },
      sessionsByAccount: true,
      // Reads whole chunks to check proofs of possession, to outline them, and to make patched ones, which it writes.
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      writeObjects: ['chunks'],
      keySecret: true,
      connections: 'push',
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  'pack-upload': {
    routes: ['openPack', 'confirmPack'],
    access: {
      // Looks who may write into the namespaces that its files are meant for, and how full they are.
      tables: { accounts: look, chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'] },
      // Reads a pack once, whole, to verify its members, and signs PUTs of packs with its own rights. Asks whether chunks are stored that are to live again.
      readObjects: ['chunks', 'packs'],
      findObjects: true,
      writeObjects: ['packs'],
      keySecret: true,
    },
    settings: ['DEDUP_SCOPE'],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  commit: {
    routes: ['commit'],
    access: {
      tables: {
        // The Query is for where shared folders are mounted, when a folder is deleted.
        accounts: [...read, 'UpdateItem'],
        files: [...read, 'PutItem', 'DeleteItem'],
        changes: ['Query', 'PutItem'],
        chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'],
        sessions: ['BatchGetItem'],
      },
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      // Verifies who sent a chunk (docs/decisions/0060-writer-tags.md).
      keySecret: true,
    },
    settings: ['DEDUP_SCOPE'],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  delta: {
    routes: ['listChanges', 'getCursor', 'listTree'],
    // The Query is for what is mounted, the update keeps how far the device has come.
    access: { tables: { accounts: [...read, 'UpdateItem'], changes: ['Query'], files: readFiles }, keySecret: true },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  'change-wait': {
    routes: ['waitForChanges'],
    access: { tables: { accounts: look }, keySecret: true },
    settings: [],
    // It waits more than it works, and waiting is paid by the MiB.
    memoryMiB: memory.small,
    timeoutSeconds: seconds.longest,
  },
  'node-read': {
    routes: ['getNode', 'listChildren', 'listRevisions', 'resolvePath', 'checkWipe'],
    access: { tables: { accounts: look, files: readFiles }, keySecret: true },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  'content-read': {
    routes: ['getContent', 'readContents', 'getUploadContent'],
    access: {
      tables: { accounts: look, files: look, chunks: ['BatchGetItem'], sessions: ['BatchGetItem'] },
      readObjects: ['manifests'],
      addressObjects: true,
      keySecret: true,
    },
    settings: ['CONTENTS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  'history-read': {
    routes: ['listTrash', 'listActivity'],
    access: { tables: { accounts: look, files: readFiles, changes: ['Query'] }, keySecret: true },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  /** Changes who is a member, with what stands of it in home namespaces and in the journal of the folder. */
  sharing: {
    routes: ['shareFolder', 'acceptInvitation', 'changeRole', 'removeMember', 'unshare'],
    access: {
      tables: {
        accounts: [...read, 'PutItem', 'UpdateItem', 'DeleteItem'],
        files: [...lookFiles, 'PutItem', 'DeleteItem'],
        changes: ['PutItem'],
        sessions: count,
      },
      sessionsByAccount: true,
      connections: 'push',
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.longest,
  },
  members: {
    routes: [
      'listNamespaces',
      'listMembers',
      'invite',
      'listInvitations',
      'withdrawInvitation',
      'listOwnInvitations',
      'declineInvitation',
    ],
    access: {
      tables: { accounts: [...read, 'PutItem', 'UpdateItem', 'DeleteItem'], sessions: count },
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.usual,
  },
  'revision-mark': {
    routes: ['markRevision'],
    // Changes rows of revisions where they stand, and can neither make nor remove one.
    access: { tables: { accounts: look, files: [...look, 'UpdateItem'] } },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.short,
  },
  /** Commits like `commit`, but brings no new content: it needs nothing of chunks, objects or uploads. */
  restore: {
    routes: ['restoreTree'],
    access: {
      tables: {
        accounts: [...read, 'UpdateItem'],
        files: [...read, 'PutItem', 'DeleteItem'],
        changes: ['Query', 'PutItem'],
        sessions: count,
      },
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  usage: {
    routes: ['getUsage', 'measureStored', 'getRetention', 'setRetention'],
    access: {
      // Reads what a dry run of the expiry reads, and changes what a head says of its retention.
      tables: {
        accounts: [...read, 'UpdateItem'],
        files: readFiles,
        changes: ['Query'],
        chunks: ['BatchGetItem'],
        sessions: count,
      },
      readObjects: ['manifests'],
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.longest,
  },
  /** Called once an hour: lets go what the retention does not keep. */
  expiry: {
    routes: [],
    access: {
      tables: {
        accounts: [...look, 'Scan', 'PutItem', 'UpdateItem'],
        files: [...readFiles, 'PutItem', 'UpdateItem', 'DeleteItem'],
        changes: ['Query', 'PutItem'],
        // Drops the references of what went, as `project` does.
        chunks: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      },
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
    },
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.background,
  },
  'socket-ticket': {
    routes: ['openSocket'],
    access: { tables: { accounts: ['GetItem'], sessions: ['PutItem'] } },
    settings: ['SOCKET_URL'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.short,
  },
  ...linkFunctions,
  ...socketFunctions,
  ...searchFunctions,
  ...viewFunctions,
  ...webhookFunctions,
  /** Called by the stream of the journal: keeps the references of chunks. */
  project: {
    routes: [],
    access: {
      tables: {
        // Under which namespace the rows of a shared folder lie, what is counted of it, and its webhooks.
        accounts: ['GetItem', 'UpdateItem', 'Query'],
        // Does what changes have left to be done: bytes below folders in the trash, and rows of what is gone for good.
        files: [...readFiles, 'PutItem', 'UpdateItem', 'DeleteItem'],
        changes: ['Query'],
        // Adds and drops references, and lets condemned chunks live again.
        chunks: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      },
      // Manifests that are too long for their revision, and whether chunks are stored that are to live again.
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      queueIndexTasks: true,
      queueDeliveries: true,
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.background,
  },
  /** Called once an hour: removes what nothing needs, after its time. Nothing else may remove an object. */
  sweep: {
    routes: [],
    access: {
      tables: {
        // Compares heads, and asks under which namespace the rows of a shared folder lie.
        accounts: ['GetItem', 'Scan'],
        // Looks at all files where a journal does not tell of them any more.
        files: ['Query', 'Scan'],
        changes: ['Query'],
        // Projects what was left, as `project` does.
        chunks: [...read, 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem'],
      },
      // Rewrites packs of which less than half is alive, and asks whether chunks are stored that are to live again.
      readObjects: ['chunks', 'packs', 'manifests'],
      writeObjects: ['packs'],
      removeObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.background,
  },
  /** Called every hour: looks whether what is stored is there and whole. What it writes, and where alone it may, stands in lib/constructs/scrub.ts. */
  scrub: {
    routes: [],
    access: {
      tables: { chunks: ['GetItem', 'Query', 'Scan'] },
      readObjects: ['chunks', 'packs', 'manifests'],
      listObjects: true,
      findObjects: true,
    },
    settings: ['SCRUB_DAYS'],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.background,
  },
  ...canaryFunction,
  ...deploymentFunctions,
  ...identityFunctions,
} as const satisfies Record<string, FunctionSpec>;

export type FunctionName = keyof typeof functions;

/** The functions behind the HTTP API. */
export const apiFunctionNames = (Object.keys(functions) as FunctionName[]).filter(
  (name) => functions[name].routes.length > 0,
);
