import { pause } from '../api/pause.ts';
import { systemClock } from '../api/system-clock.ts';
import { changeFolderSettings } from '../platform/node/linked-folders.ts';
import type { ControlAnswer, ControlRefusal, ControlRequestType } from './control-protocol.ts';
import type { Answered, ControlHandlers } from './control-server.ts';
import type { Daemon } from './daemon.ts';
import type { DaemonStatus } from './daemon-status.ts';
import type { FolderSupervisor } from './folder-supervisor.ts';
import { CONFLICTS_LISTED_MAX, WATCH_PAUSE_MS } from './limits.ts';
import { plainConflict } from './plain-conflict.ts';
import { type PlainExplanation, plainExplanation } from './plain-explanation.ts';
import { SOFTWARE_VERSION } from './software-version.ts';

/** What the daemon does for each request. What is refused has changed nothing. */
export function answerRequests(daemon: Daemon): ControlHandlers {
  const { pid } = daemon;
  const onFolders = (folderId: string | undefined, task: FoldersTask) => withFolders(daemon, folderId, task);
  return {
    hello: async () => answer<'hello'>({ version: SOFTWARE_VERSION, pid }),
    stop: async () => {
      // After the answer: the end of the daemon ends its connections.
      setImmediate(() => daemon.stop('asked'));
      return answer<'stop'>({ pid });
    },
    status: async () => told(daemon),
    watch: (signal) => watch(daemon, signal),
    reload: async () => {
      await daemon.reloadAsked();
      return told(daemon);
    },
    pause: ({ folderId }) =>
      onFolders(folderId, async (folder) => {
        await changeFolderSettings(daemon.home, folder.folder.folderId, { paused: true });
        folder.pause();
      }),
    resume: ({ folderId, acceptDeletes }) =>
      onFolders(folderId, async (folder) => {
        await changeFolderSettings(daemon.home, folder.folder.folderId, { paused: false });
        folder.resume({ acceptDeletes });
      }),
    'sync-now': ({ folderId, acceptDeletes }, signal) =>
      onFolders(folderId, (folder) => untilGone(folder.syncNow({ acceptDeletes }), signal, daemon.stopping)),
    rebuild: ({ folderId }) => onFolders(folderId, (folder) => folder.rebuild()),
    explain: async ({ folderId, path }) => {
      const [folder] = daemon.folders(folderId);
      if (folder === undefined) return refuse(UNKNOWN_FOLDER);
      const explanation = await folder.sync?.explain(path);
      return answer<'explain'>(explanation === undefined ? unexplained(folder, path) : plainExplanation(explanation));
    },
    conflicts: async ({ folderId }) => listConflicts(daemon.folders(folderId)),
    'settle-conflict': async ({ folderId, conflictId, choice }, signal) => {
      const [folder] = daemon.folders(folderId);
      if (folder?.sync === undefined) return refuse(folder === undefined ? UNKNOWN_FOLDER : NOT_SYNCING);
      const outcome = await untilGone(folder.sync.settleConflict(conflictId, choice), signal, daemon.stopping);
      return outcome === undefined ? refuse(STOPPING) : answer<'settle-conflict'>({ outcome });
    },
  };
}

async function* watch(daemon: Daemon, signal: AbortSignal): AsyncGenerator<DaemonStatus> {
  const ended = AbortSignal.any([signal, daemon.stopping]);
  let shown = '';
  while (!ended.aborted) {
    const { version } = daemon.changes;
    const status = daemon.status();
    const text = JSON.stringify(status);
    if (text !== shown) yield status;
    shown = text;
    await pause(systemClock, WATCH_PAUSE_MS, ended);
    await daemon.changes.wait({ version, signal: ended });
  }
}

type FoldersTask = (folder: FolderSupervisor) => Promise<void>;

async function withFolders(
  daemon: Daemon,
  folderId: string | undefined,
  task: FoldersTask,
): Promise<Answered<'status'>> {
  if (isStopping(daemon)) return refuse(STOPPING);
  const folders = daemon.folders(folderId);
  if (folderId !== undefined && folders.length === 0) return refuse(UNKNOWN_FOLDER);
  await Promise.all(folders.map(task));
  return isStopping(daemon) ? refuse(STOPPING) : told(daemon);
}

function isStopping({ stopping }: Daemon): boolean {
  return stopping.aborted;
}

/** What the task answers, or undefined as soon as nobody waits for it any more. */
async function untilGone<T>(task: Promise<T>, ...signals: readonly AbortSignal[]): Promise<T | undefined> {
  const gone = AbortSignal.any([...signals]);
  const left = new Promise<undefined>((resolve) => {
    if (gone.aborted) resolve(undefined);
    gone.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([task, left]);
}

function listConflicts(folders: readonly FolderSupervisor[]): Answered<'conflicts'> {
  let room = CONFLICTS_LISTED_MAX;
  const listed = folders.map(({ folder, sync }) => {
    const all = sync?.conflicts() ?? [];
    const conflicts = all.slice(0, room).map(plainConflict);
    room -= conflicts.length;
    const { folderId, path } = folder;
    return { folderId, path, conflicts, conflictCount: all.length };
  });
  return answer<'conflicts'>({ folders: listed });
}

const UNKNOWN_FOLDER: ControlRefusal = {
  code: 'unknown_folder',
  message: 'The Syncline in the background does not know this folder.',
  remedy: 'Repeat the command in a few seconds; `syncline status` lists the folders.',
};
const NOT_SYNCING: ControlRefusal = {
  code: 'not_syncing',
  message: 'The sync of this folder does not run.',
  remedy: '`syncline status` says why.',
};
const STOPPING: ControlRefusal = {
  code: 'stopping',
  message: 'The Syncline in the background is about to end.',
  remedy: 'Start it again with `syncline start`.',
};

function told(daemon: Daemon): Answered<'status'> {
  return { kind: 'answer', value: daemon.status() };
}

function answer<T extends ControlRequestType>(value: ControlAnswer<T>): Answered<T> {
  return { kind: 'answer', value };
}

function refuse(refusal: ControlRefusal): { readonly kind: 'refused'; readonly refusal: ControlRefusal } {
  return { kind: 'refused', refusal };
}

function unexplained(folder: FolderSupervisor, path: string): PlainExplanation {
  const { state, detail } = folder.status({ problemsMax: 0 });
  return { path, state: 'unknown', reason: state, detail: detail ?? 'The sync of its folder does not run.' };
}
