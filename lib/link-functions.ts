import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';
import { count, look, lookFiles, read } from './row-reads.ts';

/** The part of the deployed functions (functions.ts) that is about links. */
export const linkFunctions = {
  links: {
    routes: ['createLink', 'listLinks', 'revokeLink'],
    // Keeps the revision to which a link is pinned.
    access: {
      tables: { accounts: [...read, 'PutItem', 'UpdateItem'], files: [...look, 'UpdateItem'], sessions: count },
    },
    settings: [],
    // Hashing a password is slow on purpose, and a core makes it bearable.
    memoryMiB: memory.core,
    timeoutSeconds: seconds.usual,
  },
  /** Serves whoever holds a link's token. */
  'link-read': {
    routes: ['getLink', 'listLinkChildren', 'getLinkContent', 'downloadLink'],
    access: {
      tables: {
        accounts: [...look, 'UpdateItem'],
        files: read,
        chunks: ['BatchGetItem'],
        sessions: ['GetItem', 'PutItem', 'UpdateItem'],
      },
      // Answers with short contents itself, and reads long manifests.
      readObjects: ['chunks', 'packs', 'manifests'],
      addressObjects: true,
      keySecret: true,
    },
    settings: ['STREAM_URL', 'CONTENTS'],
    // Checking a password is slow on purpose, and a core makes it bearable.
    memoryMiB: memory.core,
    timeoutSeconds: seconds.usual,
  },
  /** Takes chunks from whoever holds the token of a link for uploads. */
  'link-upload': {
    routes: ['openLinkUploads', 'checkLinkChunks'],
    access: {
      tables: {
        accounts: look,
        files: lookFiles,
        chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'],
        sessions: [...look, 'PutItem', 'UpdateItem', 'BatchWriteItem'],
      },
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      writeObjects: ['chunks', 'manifests'],
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  /** Makes new files of what came in by a link, and can neither replace nor remove one. */
  'link-commit': {
    routes: ['storeLinkFiles'],
    access: {
      tables: {
        accounts: [...look, 'UpdateItem'],
        files: [...lookFiles, 'PutItem'],
        changes: ['Query', 'PutItem'],
        chunks: ['BatchGetItem', 'PutItem', 'UpdateItem'],
        sessions: [...look, 'PutItem', 'UpdateItem'],
      },
      readObjects: ['chunks', 'packs', 'manifests'],
      findObjects: true,
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.core,
    timeoutSeconds: seconds.longest,
  },
  /** Called by its own URL, by whoever holds a ticket of `link-read`; not in stage `local`, where nothing streams. */
  'link-stream': {
    routes: [],
    access: {
      tables: { accounts: look, files: look, chunks: ['BatchGetItem'] },
      readObjects: ['chunks', 'packs', 'manifests'],
      keySecret: true,
    },
    settings: [],
    memoryMiB: memory.usual,
    // As long as a function may run: whoever reads slowly is waited for.
    timeoutSeconds: 900,
  },
} as const satisfies Record<string, FunctionSpec>;
