import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServerMessage } from '@syncline/protocol';
import {
  type ApiDevice,
  openApiDevice,
  putOperation,
  readJournal,
  uploadBytes,
  valueOf,
} from '../test/support/api-device.ts';
import { machineMs } from './machine-clock.ts';
import { type MemoryService, startMemoryService } from './memory-service.ts';

let service: MemoryService;
let desk: ApiDevice;
let laptop: ApiDevice;

beforeAll(async () => {
  service = await startMemoryService();
  desk = await openApiDevice({ apiUrl: service.url, email: 'ada@example.org' });
  laptop = await openApiDevice({ apiUrl: service.url, email: 'ada@example.org' });
});
afterAll(() => service.stop());

async function commitFile(text: string): Promise<number> {
  const uploadId = await uploadBytes(desk, Buffer.from(text));
  const { results } = valueOf(
    await desk.api.commit({ body: { operations: [putOperation(desk, { name: text, uploadId })] } }),
  );
  if (results[0]?.status !== 'committed') throw new Error(`refused: ${JSON.stringify(results)}`);
  return results[0].seq;
}

test('a file goes up, and down to another device of the account', async () => {
  const { cursor } = valueOf(await laptop.api.getCursor());
  await commitFile('carried');
  const [change] = await readJournal(laptop, cursor);
  if (change === undefined) throw new Error('the change is told');
  const { nodeId } = change.node;
  const { chunks } = valueOf(await laptop.api.getContent({ parameters: { nodeId }, query: {} }));
  const texts = await Promise.all(chunks.map(async ({ url }) => (await fetch(url)).text()));
  expect(texts.join('')).toBe('carried');
});

test('a commit is pushed to the other devices as it is made', async () => {
  const { url } = valueOf(await laptop.api.openSocket({ body: {} }));
  const socket = new WebSocket(url);
  const heard = new Promise<unknown>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))), { once: true });
  });
  await new Promise<void>((resolve) => {
    socket.addEventListener('open', () => resolve());
  });
  const seq = await commitFile('pushed');
  expect(ServerMessage.parse(await heard)).toMatchObject({ type: 'changed', seq });
  socket.close();
});

test('a socket without a ticket is refused', async () => {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/socket`);
  const outcome = await new Promise<string>((resolve) => {
    for (const type of ['open', 'error']) socket.addEventListener(type, () => resolve(type));
  });
  expect(outcome).toBe('error');
});

test('the service tells what it has worked on, in times of this process, and only once', async () => {
  await service.takeWork();
  const before = machineMs();
  await commitFile('timed');
  const after = machineMs();
  const work = await service.takeWork();
  expect(work.map(({ request }) => request)).toEqual(['initiateUploads', 'PUT', 'commit']);
  for (const { start, end } of work) {
    expect(start).toBeGreaterThan(before);
    expect(end).toBeGreaterThan(start);
    expect(end).toBeLessThan(after);
  }
  expect(await service.takeWork()).toEqual([]);
});
