import { assert, type NamespaceId } from '@syncline/protocol';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { FolderSync } from '../engine/folder-sync.ts';
import type { LoopState } from '../engine/loop-status.ts';
import type { Clock } from '../engine/ports.ts';
import { SyncLoop } from '../engine/sync-loop.ts';
import { bootedAt } from '../platform/node/booted-at.ts';
import { freeBytes } from '../platform/node/disk-space.ts';
import { expireTrash } from '../platform/node/expire-trash.ts';
import type { WatchLack } from '../platform/node/folder-watcher.ts';
import { type LinkedFolder, manifestsFile, stateFile } from '../platform/node/linked-folders.ts';
import { nodeSockets } from '../platform/node/node-socket.ts';
import { openFolderWatcher } from '../platform/node/open-folder-watcher.ts';
import { openStateStore } from '../platform/node/open-state-store.ts';
import { randomBytes } from '../platform/node/random-bytes.ts';
import type { TransferLimits } from '../platform/node/settings-store.ts';
import { SqliteKnownManifests } from '../platform/node/sqlite-known-manifests.ts';
import { AheadFetches, type IncomingUpload } from './ahead-fetches.ts';
import { createApiRemote } from './api-remote.ts';
import { engineClock } from './engine-clock.ts';
import { EXPIRE_TRASH_MS } from './limits.ts';
import { NamespaceHints } from './namespace-hints.ts';
import { diskNames, isChunk, openFiles } from './open-engine.ts';
import type { Session } from './session.ts';
import { SocketHub } from './socket-hub.ts';
import { type FolderWipe, goOnWiping, isWipeAsked, wipeDevice } from './wipe-device.ts';

/** A sync that is ready to run, and what frees it after it has stopped. */
export interface OpenedFolderSync {
  readonly sync: FolderSync;
  /** Uploads of other devices that are under way. */
  readonly incoming: () => readonly IncomingUpload[];
  /** Told whenever `incoming` would answer something else. */
  readonly onIncoming: (callback: () => void) => void;
  /** Why changes may go unnoticed in some of its folders until all of them are looked at; undefined while none can. */
  readonly watchLack: () => WatchLack | undefined;
  /** Gives up what its sync waits for, so that it ends soon. What it was doing is begun again by the next one. */
  readonly abort: () => void;
  readonly close: () => Promise<void>;
}

/** The continuous syncs of one sign-in, with what they share: one socket, and one measure of bandwidth. */
export interface FolderSyncs {
  /** Precondition: the caller has the folder's lock. @throws Error when the folder's state cannot be opened. */
  open(folder: LinkedFolder): OpenedFolderSync;
  /** What the account asks this device to remove. Precondition of its methods that remove: none of its folders is open. */
  readonly wipes: DeviceWipes;
  /** How fast all of them together may send and fetch from now on. */
  setLimits(limits: TransferLimits): void;
  /** Precondition: all that were opened have been closed. */
  close(): Promise<void>;
}

/** How this device learns that it is to remove what it has synced, and does it (`wipe-device.ts`). */
export interface DeviceWipes {
  isAsked(): Promise<boolean>;
  begin(): Promise<readonly FolderWipe[]>;
  goOn(): Promise<readonly FolderWipe[]>;
}

export function openFolderSyncs(session: Session): FolderSyncs {
  const { api, clock, random, bandwidth } = session;
  const hub = new SocketHub({ api, clock, random, connector: nodeSockets });
  return {
    open: (folder) => openLoop({ session, hub }, folder),
    wipes: {
      isAsked: () => isWipeAsked(session),
      begin: () => wipeDevice(session),
      goOn: () => goOnWiping(session),
    },
    setLimits: ({ upBytesPerSecond, downBytesPerSecond }) => {
      bandwidth.upload.change(upBytesPerSecond);
      bandwidth.download.change(downBytesPerSecond);
    },
    close: async () => {
      await hub.close();
      await session.close();
    },
  };
}

function openLoop(
  { session, hub }: { readonly session: Session; readonly hub: SocketHub },
  folder: LinkedFolder,
): OpenedFolderSync {
  const { home, deviceId, deviceName, api, clock, random } = session;
  const { namespaceId, onConflict } = folder;
  assert(folder.wiping !== true, 'a folder that is being wiped is not synced');
  const closing = new AbortController();
  const { signal } = closing;
  const store = openStateStore(stateFile(home, folder.folderId));
  const manifests = new SqliteKnownManifests(manifestsFile(home, folder.folderId));
  const engineTime = engineClock(signal);
  const watcher = openFolderWatcher({ root: folder.path });
  const files = openFiles(folder, watcher);
  const follows = (id: NamespaceId): boolean => loop.engine.trees.isOpen(id);
  const ahead = new AheadFetches(
    { ...session, files, manifests, isChunk, freeBytes: () => freeBytes(folder.path) },
    {
      follows,
      // An upload does not say where its file will stand, and what is excluded is not to be fetched.
      isWelcome: () => folder.excluded.length === 0 && WORKING.has(loop.status().state),
    },
  );
  const unfollow = hub.followUploads({ follows, onProgress: (push) => ahead.hear(push) });
  const hints = new NamespaceHints({ hub, api, clock, random }, namespaceId);
  const onBytes = (bytes: number): void => loop.countBytes(bytes);
  const ports = {
    clock: engineTime,
    random: randomBytes,
    files,
    remote: createApiRemote(session, { namespaceId, deviceId, signal, isChunk, manifests, ahead, onBytes }),
    store,
    hints,
    watcher,
  };
  const loop: SyncLoop = new SyncLoop(ports, {
    deviceName,
    names: diskNames(folder.path),
    onConflict,
    bootedAt: bootedAt(),
    isUnavailable: (failure) => failure instanceof UnavailableError,
  });
  const expiring = keepTrashFresh(folder, engineTime);
  loop.setExcluded(new Set(folder.excluded.map(({ nodeId }) => nodeId)));
  return {
    sync: loop,
    incoming: () => ahead.incoming(),
    onIncoming: (callback) => ahead.onChange(callback),
    watchLack: () => watcher.degraded(),
    abort: () => closing.abort(),
    close: async () => {
      closing.abort();
      expiring.end();
      unfollow();
      await Promise.all([hints.close(), watcher.close(), ahead.close()]);
      store.close();
      manifests.close();
    },
  };
}

/** States in which there is room for what is not asked for yet. */
const WORKING: ReadonlySet<LoopState> = new Set(['idle', 'syncing', 'waiting']);

/** Looks through the trash at the start, and then once a day. */
function keepTrashFresh({ path: root }: LinkedFolder, clock: Clock): { readonly end: () => void } {
  let cancel: () => void;
  const look = (): void => {
    // What could not be removed is tried again tomorrow.
    void expireTrash({ root, now: clock.today() });
    cancel = clock.after(EXPIRE_TRASH_MS, look);
  };
  cancel = clock.after(0, look);
  return { end: () => cancel() };
}
