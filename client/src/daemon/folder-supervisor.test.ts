import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DeviceId, NamespaceId, UploadId } from '@syncline/protocol';
import { ManualClock } from '../../test/manual-clock.ts';
import { ScriptedFolderSync } from '../../test/scripted-folder-sync.ts';
import { describeFolder } from '../cli/describe-status.ts';
import type { WatchLack } from '../platform/node/folder-watcher.ts';
import {
  changeFolderSettings,
  type LinkedFolder,
  lockFolder,
  writeLinkedFolder,
} from '../platform/node/linked-folders.ts';
import type { IncomingUpload } from '../sync/ahead-fetches.ts';
import type { FolderSyncs } from '../sync/folder-syncs.ts';
import type { LogEntry } from './daemon-log.ts';
import { FolderSupervisor } from './folder-supervisor.ts';
import { LOCK_RETRY_MS, RESTART, RESTART_FORGIVEN_MS, STOP_GRACE_MS } from './limits.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const linked: LinkedFolder = {
  folderId: ID,
  path: '/somewhere',
  namespaceId: NamespaceId.parse(ID),
  deviceId: DeviceId.parse(ID),
  onConflict: 'keep_both',
  paused: false,
  excluded: [],
};

let home: string;
let clock: ManualClock;
let log: LogEntry[];
/** Every sync that was started, the newest last. */
let syncs: ScriptedFolderSync[];
let supervisor: FolderSupervisor | undefined;
let watchLack: WatchLack | undefined;
let incoming: readonly IncomingUpload[];
let tellIncoming: () => void;
let changed: () => void;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'syncline-supervisor-'));
  await writeLinkedFolder(home, linked);
  clock = new ManualClock();
  log = [];
  syncs = [];
  watchLack = undefined;
  incoming = [];
  tellIncoming = () => undefined;
  changed = () => undefined;
});
afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
  await rm(home, { recursive: true });
});

function start(folder: LinkedFolder = linked, signedIn = true): FolderSupervisor {
  const dependencies = {
    home,
    clock,
    random: () => 1,
    log: { write: (entry: LogEntry) => void log.push(entry) },
    onStatus: () => changed(),
  };
  const folderSyncs: FolderSyncs = {
    wipes: { isAsked: async () => false, begin: async () => [], goOn: async () => [] },
    open: () => {
      const sync = new ScriptedFolderSync();
      syncs.push(sync);
      return {
        sync,
        incoming: () => incoming,
        onIncoming: (callback) => {
          tellIncoming = callback;
        },
        watchLack: () => watchLack,
        abort: () => sync.crash(),
        close: async () => undefined,
      };
    },
    setLimits: () => undefined,
    close: async () => undefined,
  };
  supervisor = new FolderSupervisor(dependencies, { folder, syncs: signedIn ? folderSyncs : undefined });
  supervisor.start();
  return supervisor;
}

function stateOf(one: FolderSupervisor): string {
  return one.status({ problemsMax: 9 }).state;
}

/** Resolves when the folder is in this state. */
function reaches(one: FolderSupervisor, state: string): Promise<void> {
  return new Promise((resolve) => {
    changed = () => (stateOf(one) === state ? resolve() : undefined);
    changed();
  });
}

function newest(): ScriptedFolderSync {
  const sync = syncs.at(-1);
  if (sync === undefined) throw new Error('no sync was started');
  return sync;
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a folder whose sync fails', () => {
  test('says so without the words of the failure, and is started again after pauses that grow up to a limit', async () => {
    const one = start();
    const pauses: number[] = [];
    for (let failure = 1; failure <= 12; failure++) {
      await reaches(one, 'idle');
      newest().crash();
      await reaches(one, 'failed');
      const { detail, nextAttemptAt } = one.status({ problemsMax: 9 });
      expect(detail).toContain('EDEFECT');
      expect(detail).not.toContain('a name of a file');
      await settle();
      const pauseMs = clock.nextMs ?? 0;
      expect(Date.parse(nextAttemptAt ?? '')).toBe(clock.now() + pauseMs);
      pauses.push(pauseMs);
      clock.advance(pauseMs - 1);
      await settle();
      expect(syncs).toHaveLength(failure);
      clock.advance(1);
    }
    await reaches(one, 'idle');
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses[0]).toBeLessThanOrEqual(2 * RESTART.delayMsMin);
    expect(pauses.at(-1)).toBe(RESTART.delayMsMin + RESTART.delayMsMax);
    expect(JSON.stringify(log)).not.toContain('a name of a file');
  });

  test('begins with short pauses again when it had run well for long', async () => {
    const one = start();
    const pauseAfterCrash = async (): Promise<number> => {
      await reaches(one, 'idle');
      newest().crash();
      await reaches(one, 'failed');
      await settle();
      const pauseMs = clock.nextMs ?? 0;
      clock.advance(pauseMs);
      return pauseMs;
    };
    const first = await pauseAfterCrash();
    expect(await pauseAfterCrash()).toBeGreaterThan(first);
    await reaches(one, 'idle');
    clock.advance(RESTART_FORGIVEN_MS + 1);
    expect(await pauseAfterCrash()).toBe(first);
  });

  test('is one whose sync ends without having been told to', async () => {
    const one = start();
    await reaches(one, 'idle');
    newest().end();
    await reaches(one, 'failed');
    expect(one.status({ problemsMax: 0 }).nextAttemptAt).toBeDefined();
  });

  test('is started at once when somebody asks for a sync', async () => {
    const one = start();
    await reaches(one, 'idle');
    newest().crash();
    await reaches(one, 'failed');
    const synced = one.syncNow({ acceptDeletes: false });
    expect(stateOf(one)).toBe('starting');
    await synced;
    await reaches(one, 'idle');
    expect(syncs).toHaveLength(2);
  });
});

describe('a folder', () => {
  test('that another process syncs waits for its lock, and gives its own back when it stops', async () => {
    const other = await lockFolder(home, ID);
    const one = start();
    await reaches(one, 'locked');
    await settle();
    expect(clock.nextMs).toBe(LOCK_RETRY_MS);
    clock.advance(LOCK_RETRY_MS);
    await settle();
    expect([stateOf(one), syncs.length]).toEqual(['locked', 0]);
    other?.release();
    clock.advance(LOCK_RETRY_MS);
    await reaches(one, 'idle');
    expect(await lockFolder(home, ID)).toBeUndefined();
    await one.stop();
    expect(stateOf(one)).toBe('stopped');
    const free = await lockFolder(home, ID);
    expect(free).toBeDefined();
    free?.release();
  });

  test('that is stopped while it waits stops at once', async () => {
    const other = await lockFolder(home, ID);
    const one = start();
    await reaches(one, 'locked');
    await one.stop();
    expect([stateOf(one), syncs.length]).toEqual(['stopped', 0]);
    other?.release();
  });

  test('whose step does not end is given up after a while', async () => {
    const one = start();
    await reaches(one, 'idle');
    newest().endsWhenStopped = false;
    const stopped = one.stop();
    await settle();
    expect(await lockFolder(home, ID)).toBeUndefined();
    clock.advance(STOP_GRACE_MS);
    await stopped;
    expect(stateOf(one)).toBe('stopped');
  });

  test('that is paused is started paused, stays so when a sync is asked for, and goes on when it is resumed', async () => {
    const one = start({ ...linked, paused: true });
    await reaches(one, 'idle');
    await one.syncNow({ acceptDeletes: true });
    expect(newest().told).toEqual(['pause', 'run', 'sync now']);
    one.resume({ acceptDeletes: false });
    await one.syncNow({ acceptDeletes: true });
    expect(newest().told.slice(3)).toEqual(['resume', 'resume, deletes accepted', 'sync now']);
  });

  test('that is rebuilt puts its database aside with the log of it, and is started again', async () => {
    const one = start();
    await reaches(one, 'idle');
    const folders = join(home, 'folders');
    await writeFile(join(folders, `${ID}.sqlite`), 'state');
    await writeFile(join(folders, `${ID}.sqlite-wal`), 'log');
    await one.rebuild();
    await reaches(one, 'idle');
    expect(syncs).toHaveLength(2);
    expect(syncs[0]?.told.at(-1)).toBe('stop');
    const names = (await readdir(folders)).filter((name) => name.includes('sqlite'));
    expect(names.toSorted()).toEqual([`${ID}.sqlite.replaced`, `${ID}.sqlite.replaced-wal`]);
    expect(log.filter(({ event }) => event === 'folder-failed')).toEqual([]);
  });

  test('that somebody began to wipe while this waited for it is not synced', async () => {
    const other = await lockFolder(home, ID);
    const one = start();
    await reaches(one, 'locked');
    await settle();
    await changeFolderSettings(home, ID, { wiping: true });
    other?.release();
    clock.advance(LOCK_RETRY_MS);
    while (clock.nextMs === undefined && syncs.length === 0) await settle();
    expect([stateOf(one), syncs.length]).toEqual(['locked', 0]);
  });

  test('of nobody who is signed in says what to do, and takes no lock', async () => {
    const one = start(linked, false);
    expect(one.status({ problemsMax: 9 })).toMatchObject({
      state: 'refused',
      detail: expect.stringContaining('syncline login'),
    });
    await one.syncNow({ acceptDeletes: false });
    expect([stateOf(one), syncs.length]).toEqual(['refused', 0]);
    const free = await lockFolder(home, ID);
    expect(free).toBeDefined();
    free?.release();
  });

  test('lists some of its problems, counts all, and tells when it cannot be watched', async () => {
    const one = start();
    await reaches(one, 'idle');
    const status = one.status({ problemsMax: 2 });
    expect(status.problems.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(status.problemCount).toBe(3);
    expect(status.watchLack).toBeUndefined();
    watchLack = 'watch-limit';
    expect(one.status({ problemsMax: 0 }).watchLack).toBe('watch-limit');
  });
});

test('uploads of other devices are told as they come, with what of them is here, and not when there are none', async () => {
  const one = start();
  await reaches(one, 'idle');
  expect(one.status({ problemsMax: 9 })).not.toHaveProperty('incoming');
  const bytes = { storedBytes: 4, totalBytes: 10, fetchedBytes: 3 };
  incoming = [{ uploadId: UploadId.parse(ID), deviceId: DeviceId.parse(ID), ...bytes }];
  const told = new Promise<void>((resolve) => {
    changed = resolve;
  });
  tellIncoming();
  await told;
  const status = one.status({ problemsMax: 9 });
  expect(status.incoming).toEqual([{ uploadId: ID, deviceId: ID, ...bytes }]);
  expect(describeFolder(status, new Date(0)).join('\n')).toContain(
    'Another device is sending a file of 10 B: 40 % is at the service, and 30 % is here already.',
  );
});
