/** What a sync says of its progress: the bytes of a plan, and each of them once as it travels. */
import { expect, test } from '@jest/globals';
import { localNames } from '../../client/src/engine/local-names.ts';
import { SyncEngine } from '../../client/src/engine/sync-engine.ts';
import { createApiRemote } from '../../client/src/sync/api-remote.ts';
import { openInMemoryClient } from '../support/in-memory-client.ts';
import { join, sha256Hex } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { MemoryKnownManifests } from '../support/memory-known-manifests.ts';
import { MemoryStateStore, STANDING_CLOCK } from '../support/sync-world.ts';

interface Progress {
  readonly planned: number[];
  moved: number;
}

async function syncOnce(service: InMemoryService, deviceName: string, files: MemoryFileSystem): Promise<Progress> {
  const member = await join(service, 'ada', deviceName);
  const progress: Progress = { planned: [], moved: 0 };
  const { namespaceId } = member;
  const { signal } = new AbortController();
  const { random } = service.stores;
  const engine = new SyncEngine(
    {
      clock: STANDING_CLOCK,
      random: (count) => random.bytes(count),
      files,
      remote: createApiRemote(openInMemoryClient(service, member), {
        namespaceId,
        signal,
        isChunk: (bytes, ref) => sha256Hex(bytes) === ref.hash,
        manifests: new MemoryKnownManifests(),
        onBytes: (bytes) => {
          progress.moved += bytes;
        },
      }),
      store: new MemoryStateStore(),
    },
    { deviceName, names: localNames('posix'), onRound: (bytes) => progress.planned.push(bytes) },
  );
  expect(await engine.sync({ acceptDeletes: false })).toMatchObject({ kind: 'rested', problems: [] });
  return progress;
}

test('what is sent and what is fetched adds up to what was planned', async () => {
  const service = new InMemoryService();
  const here = new MemoryFileSystem();
  here.write('a.txt', 'five!');
  here.mkdir('folder');
  here.write('folder/b.txt', 'seven!!');

  const sent = await syncOnce(service, 'desk', here);
  const fetched = await syncOnce(service, 'phone', new MemoryFileSystem());

  expect(sent.planned.reduce((sum, bytes) => sum + bytes, 0)).toBe(12);
  expect(sent.moved).toBe(12);
  expect(fetched.planned.reduce((sum, bytes) => sum + bytes, 0)).toBe(12);
  expect(fetched.moved).toBe(12);
});
