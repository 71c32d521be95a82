/** What a sync says of its progress: the bytes of a plan, and each of them once as it travels. */
import { expect, test } from '@jest/globals';
import { EngineDevice } from '../support/engine-device.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

interface Progress {
  readonly planned: number[];
  moved: number;
}

async function syncOnce(service: InMemoryService, deviceName: string, files: MemoryFileSystem): Promise<Progress> {
  const progress: Progress = { planned: [], moved: 0 };
  const device = await EngineDevice.open(service, deviceName, {
    files,
    onRound: (bytes) => progress.planned.push(bytes),
    onBytes: (bytes) => {
      progress.moved += bytes;
    },
  });
  expect(await device.sync()).toEqual({ kind: 'rested', problems: [] });
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
