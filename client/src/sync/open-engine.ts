import { createHash, randomBytes } from 'node:crypto';
import type { ChunkRef } from '@syncline/protocol';
import { localNames } from '../engine/local-names.ts';
import { SyncEngine } from '../engine/sync-engine.ts';
import { type LinkedFolder, stateFile } from '../platform/node/linked-folders.ts';
import { NodeFileSystem } from '../platform/node/node-file-system.ts';
import { openStateStore } from '../platform/node/open-state-store.ts';
import { diskKind, probeDiskNames } from '../platform/node/probe-disk-names.ts';
import type { TransferDependencies } from '../transfers/upload-files.ts';
import { createApiRemote } from './api-remote.ts';
import { engineClock } from './engine-clock.ts';

export interface OpenEngineOptions {
  readonly folder: LinkedFolder;
  readonly home: string;
  readonly deviceName: string;
  readonly signal: AbortSignal;
  /** Told before every round how many bytes it is to send and fetch. */
  readonly onRound?: (bytes: number) => void;
  /** Told how many more bytes have been sent or fetched. */
  readonly onBytes?: (bytes: number) => void;
}

/** Puts an engine together from the real disk, the real service and a real database. `close` ends the database. */
export function openEngine(
  transfers: TransferDependencies,
  options: OpenEngineOptions,
): { readonly engine: SyncEngine; readonly close: () => void } {
  const { folder, signal } = options;
  const store = openStateStore(stateFile(options.home, folder.folderId));
  const { folderId, deviceId, namespaceId } = folder;
  const kind = diskKind(process.platform);
  const engine = new SyncEngine(
    {
      clock: engineClock(signal),
      random: randomBytes,
      files: new NodeFileSystem({
        root: folder.path,
        marker: { folderId, deviceId, namespaceId },
        today: () => new Date().toISOString().slice(0, 10),
      }),
      remote: createApiRemote(transfers, {
        namespaceId,
        signal,
        isChunk,
        onBytes: options.onBytes ?? (() => undefined),
      }),
      store,
    },
    {
      deviceName: options.deviceName,
      names: localNames(kind, probeDiskNames(folder.path, kind)),
      ...(options.onRound === undefined ? {} : { onRound: options.onRound }),
    },
  );
  return { engine, close: () => store.close() };
}

function isChunk(bytes: Uint8Array, ref: ChunkRef): boolean {
  return bytes.length === ref.size && createHash('sha256').update(bytes).digest('hex') === ref.hash;
}
