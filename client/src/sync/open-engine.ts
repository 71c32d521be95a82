import { createHash } from 'node:crypto';
import { assert, type ChunkRef } from '@syncline/protocol';
import { type LocalNames, localNames } from '../engine/local-names.ts';
import { SyncEngine } from '../engine/sync-engine.ts';
import { bootedAt } from '../platform/node/booted-at.ts';
import type { FolderWatcher } from '../platform/node/folder-watcher.ts';
import { type LinkedFolder, manifestsFile, stateFile } from '../platform/node/linked-folders.ts';
import { NodeFileSystem } from '../platform/node/node-file-system.ts';
import { openStateStore } from '../platform/node/open-state-store.ts';
import { diskKind, probeDiskNames } from '../platform/node/probe-disk-names.ts';
import { randomBytes } from '../platform/node/random-bytes.ts';
import { SqliteKnownManifests } from '../platform/node/sqlite-known-manifests.ts';
import type { TransferDependencies } from '../transfers/upload-files.ts';
import { createApiRemote } from './api-remote.ts';
import { engineClock } from './engine-clock.ts';
import type { Session } from './session.ts';

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
  transfers: TransferDependencies & Pick<Session, 'deviceId'>,
  options: OpenEngineOptions,
): { readonly engine: SyncEngine; readonly close: () => void } {
  const { folder, signal } = options;
  assert(folder.wiping !== true, 'a folder that is being wiped is not synced');
  const store = openStateStore(stateFile(options.home, folder.folderId));
  const manifests = new SqliteKnownManifests(manifestsFile(options.home, folder.folderId));
  const { namespaceId, onConflict } = folder;
  const engine = new SyncEngine(
    {
      clock: engineClock(signal),
      random: randomBytes,
      files: openFiles(folder),
      remote: createApiRemote(transfers, {
        namespaceId,
        deviceId: transfers.deviceId,
        signal,
        isChunk,
        manifests,
        onBytes: options.onBytes ?? (() => undefined),
      }),
      store,
    },
    {
      deviceName: options.deviceName,
      names: diskNames(folder.path),
      onConflict,
      bootedAt: bootedAt(),
      ...(options.onRound === undefined ? {} : { onRound: options.onRound }),
    },
  );
  engine.trees.setExcluded(new Set(folder.excluded.map(({ nodeId }) => nodeId)));
  const close = (): void => {
    store.close();
    manifests.close();
  };
  return { engine, close };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** A linked folder on the real disk; with a watcher, every folder is watched before it is listed. */
export function openFiles(folder: LinkedFolder, watcher?: FolderWatcher): NodeFileSystem {
  const { path, folderId, deviceId, namespaceId } = folder;
  const watched = watcher === undefined ? {} : { watcher };
  return new NodeFileSystem({ root: path, marker: { folderId, deviceId, namespaceId }, today, ...watched });
}

/** What nodes are called on the disk of a synced folder, as far as it can be found out now. */
export function diskNames(root: string): LocalNames {
  const kind = diskKind(process.platform);
  return localNames(kind, probeDiskNames(root, kind));
}

/** Whether bytes are the chunk that a name names. */
export function isChunk(bytes: Uint8Array, ref: ChunkRef): boolean {
  return bytes.length === ref.size && createHash('sha256').update(bytes).digest('hex') === ref.hash;
}
