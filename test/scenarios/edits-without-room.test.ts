import { expect, test } from '@jest/globals';
import { localNames } from '../../client/src/engine/local-names.ts';
import { SyncEngine } from '../../client/src/engine/sync-engine.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { objectPuts, openInMemoryClient } from '../support/in-memory-client.ts';
import { join, sha256Hex } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { MemoryKnownManifests } from '../support/memory-known-manifests.ts';
import { MemoryStateStore, STANDING_CLOCK } from '../support/sync-world.ts';

async function openDevice(service: InMemoryService, deviceName: string) {
  const member = await join(service, 'ada', deviceName);
  const files = new MemoryFileSystem();
  const { random } = service.stores;
  const client = openInMemoryClient(service, member);
  const remote = createApiRemote(client, {
    namespaceId: member.namespaceId,
    signal: new AbortController().signal,
    isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
    manifests: new MemoryKnownManifests(),
    onBytes: () => undefined,
  });
  const engine = new SyncEngine(
    {
      clock: STANDING_CLOCK,
      random: (count: number) => random.bytes(count),
      files,
      remote,
      store: new MemoryStateStore(),
    },
    { deviceName, names: localNames('posix') },
  );
  const sync = async () => {
    const { kind, problems } = await engine.sync({ acceptDeletes: true });
    return { kind, problems: problems.map(({ path, reason }) => `${path}: ${reason}`) };
  };
  return { files, sync, puts: () => objectPuts(client).length };
}

const RESTED = { kind: 'rested', problems: [] };
const FILE_BYTES = 10;

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}.txt`);
}

/** So many bytes, other ones for each file and edit. */
function text(name: string, edit: number): string {
  return `${name} ${edit}`.padEnd(FILE_BYTES, '.');
}

// A file alone, some in uploads of their own, and so many that they travel in packs.
test.each([1, 10, 60])(
  'where all room is taken, %s files are edited all the same, if they grow no larger',
  async (count) => {
    const service = new InMemoryService({ quotaBytes: count * FILE_BYTES });
    const [desk, phone] = [await openDevice(service, 'desk'), await openDevice(service, 'phone')];
    for (const name of names(count)) desk.files.write(name, text(name, 1));
    expect(await desk.sync()).toEqual(RESTED);
    for (const name of names(count)) desk.files.write(name, text(name, 2));
    expect(await desk.sync()).toEqual(RESTED);
    // A pack each time, or a chunk of each.
    expect(desk.puts()).toBe(2 * (count === 60 ? 1 : count));
    await phone.sync();
    for (const name of names(count)) expect(phone.files.text(name)).toBe(text(name, 2));
    // There is no room for what is new, or more.
    desk.files.write('new.txt', '!');
    desk.files.write('0.txt', `${text('0.txt', 3)}!`);
    expect((await desk.sync()).problems.toSorted()).toEqual(['0.txt: refused', 'new.txt: refused']);
  },
);
