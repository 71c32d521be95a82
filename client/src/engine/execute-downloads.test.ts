import { expect, test } from '@jest/globals';
import { epochMs, type NodeId } from '@syncline/protocol';
import { MemoryFileSystem } from '../../../test/support/memory-file-system.ts';
import { modelRemote } from '../../../test/support/model-remote.ts';
import { ModelService, modelDevice } from '../../../test/support/model-service.ts';
import { MemoryStateStore, modelSyncService, SyncDevice, serviceTree } from '../../../test/support/sync-world.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { DOWNLOAD_SLICE_FILES, DOWNLOADS_MAX } from './limits.ts';
import { localNames } from './local-names.ts';
import type { Clock, Remote } from './ports.ts';
import { SyncEngine } from './sync-engine.ts';

const FILES = 2 * DOWNLOAD_SLICE_FILES + 50;

async function serviceWithFiles(count = FILES): Promise<ModelService> {
  const service = new ModelService();
  const other = new SyncDevice(modelSyncService(service), 1);
  for (let file = 0; file < count; file++) other.files.write(`${file}`, `text ${file}`);
  await other.sync();
  return service;
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

function engineOf(
  service: ModelService,
  parts: { files: MemoryFileSystem; store: MemoryStateStore; remote?: Partial<Remote>; after?: Clock['after'] },
) {
  let drawn = 0;
  const random = (count: number): Uint8Array => {
    drawn += 1;
    const bytes = new Uint8Array(count).fill(2);
    new DataView(bytes.buffer).setUint32(count - 4, drawn);
    return bytes;
  };
  const clock = {
    now: () => epochMs(0),
    today: () => new Date(0),
    sleep: () => Promise.resolve(),
    after: parts.after ?? (() => () => undefined),
  };
  const remote = { ...modelRemote(service, modelDevice(2)), ...parts.remote };
  const { files, store } = parts;
  return new SyncEngine({ clock, random, files, remote, store }, { deviceName: 'b', names: localNames('posix') });
}

test('while agreements are made durable and written down, contents are fetched, and nothing is agreed on that is not durable', async () => {
  const service = await serviceWithFiles();
  const files = new MemoryFileSystem();
  const store = new MemoryStateStore();
  const published = new Set<string>();
  let durable: ReadonlySet<string> = new Set();
  let [fetchedWhileFlushing, isFlushing] = [0, false];
  const publish = files.publish.bind(files);
  files.publish = async (file) => {
    const outcome = await publish(file);
    published.add(file.path);
    return outcome;
  };
  files.flush = async () => {
    const begun = new Set(published);
    isFlushing = true;
    await turns(5);
    isFlushing = false;
    durable = begun;
  };
  const agreed: NodeId[] = [];
  const save = store.save.bind(store);
  store.save = (difference) => {
    for (const node of difference.synced.values()) {
      if (node === undefined) continue;
      agreed.push(node.nodeId);
      expect(durable).toContain(node.name);
    }
    save(difference);
  };
  const base = modelRemote(service, modelDevice(2));
  const remote = {
    fetch: async (content: Parameters<Remote['fetch']>[0]) => {
      await turns(1);
      if (isFlushing) fetchedWhileFlushing += 1;
      return base.fetch(content);
    },
  };
  expect(await engineOf(service, { files, store, remote }).sync({ acceptDeletes: false })).toMatchObject({
    kind: 'rested',
  });
  expect(files.tree()).toEqual(serviceTree(service));
  expect(agreed).toHaveLength(FILES);
  expect(fetchedWhileFlushing).toBeGreaterThan(0);
});

test('a download that fails ends the round when all that were begun have ended, and no other is begun', async () => {
  const service = await serviceWithFiles();
  const files = new MemoryFileSystem();
  const base = modelRemote(service, modelDevice(2));
  let [begun, ended] = [0, 0];
  const remote = {
    fetch: async (content: Parameters<Remote['fetch']>[0]) => {
      begun += 1;
      const isFirst = begun === 1;
      await turns(isFirst ? 1 : 10);
      ended += 1;
      if (isFirst) throw new UnavailableError('no route to the store');
      return base.fetch(content);
    },
  };
  const engine = engineOf(service, { files, store: new MemoryStateStore(), remote });
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('no route to the store');
  expect([begun, ended]).toEqual([DOWNLOADS_MAX, DOWNLOADS_MAX]);
});

test('what was fetched before one fails is in its place when the round ends, and nothing is placed behind that', async () => {
  const service = await serviceWithFiles();
  const files = new MemoryFileSystem();
  const base = modelRemote(service, modelDevice(2));
  let [fetched, hasEnded] = [0, false];
  const publish = files.publish.bind(files);
  files.publish = async (file) => {
    await turns(3);
    expect(hasEnded).toBe(false);
    return publish(file);
  };
  const remote = {
    fetch: async (content: Parameters<Remote['fetch']>[0]) => {
      if (fetched === DOWNLOAD_SLICE_FILES) throw new UnavailableError('no route to the store');
      fetched += 1;
      return base.fetch(content);
    },
  };
  const engine = engineOf(service, { files, store: new MemoryStateStore(), remote });
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('no route to the store');
  hasEnded = true;
  expect(files.tree().size).toBe(fetched);
  await turns(20);
});

test('a file that has come does not wait for slow ones', async () => {
  const service = await serviceWithFiles(DOWNLOADS_MAX + 8);
  const files = new MemoryFileSystem();
  const base = modelRemote(service, modelDevice(2));
  const slow = Promise.withResolvers<void>();
  let begun = 0;
  const remote = {
    fetch: async (content: Parameters<Remote['fetch']>[0]) => {
      begun += 1;
      if (begun > 1) await slow.promise;
      return base.fetch(content);
    },
  };
  const due: (() => void)[] = [];
  const after = (_ms: number, callback: () => void) => {
    due.push(callback);
    return () => undefined;
  };
  const syncing = engineOf(service, { files, store: new MemoryStateStore(), remote, after }).sync({
    acceptDeletes: false,
  });
  await turns(50);
  for (const callback of due) callback();
  await turns(50);
  const placedMeanwhile = files.tree().size;
  slow.resolve();
  await syncing;
  expect(placedMeanwhile).toBe(1);
});

test('a store that is away is tried by one wave of files', async () => {
  const service = await serviceWithFiles();
  let tried = 0;
  const remote: Partial<Remote> = {
    fetch: async () => {
      tried += 1;
      await turns(3);
      return { kind: 'held-back', scope: 'store', failure: new UnavailableError('no route to the store') };
    },
  };
  const engine = engineOf(service, { files: new MemoryFileSystem(), store: new MemoryStateStore(), remote });
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('no route to the store');
  expect(tried).toBe(DOWNLOADS_MAX);
});

test('a group that cannot be placed leaves no file open', async () => {
  const service = await serviceWithFiles(50);
  const files = new MemoryFileSystem();
  const open = new Set<object>();
  const stage = files.stage.bind(files);
  files.stage = async (content) => {
    const staged = await stage(content);
    open.add(staged);
    const close = staged.close.bind(staged);
    staged.close = async () => {
      open.delete(staged);
      await close();
    };
    return staged;
  };
  Object.assign(files, { makeDurable: () => Promise.reject(new TypeError('a defect')) });
  const engine = engineOf(service, { files, store: new MemoryStateStore() });
  await expect(engine.sync({ acceptDeletes: false })).rejects.toThrow('a defect');
  expect(open.size).toBe(0);
});
