import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServerMessage } from '@syncline/protocol';
import {
  type ApiDevice,
  chunkOf,
  fileOf,
  openApiDevice,
  putOperation,
  putSigned,
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

test('a pack goes up, and its members come down by ranges', async () => {
  const contents = ['in a pack', 'with others'].map((text) => Buffer.from(text));
  const files = contents.map((bytes) => fileOf(desk, bytes));
  const { uploads } = valueOf(await desk.api.initiateUploads({ body: { packs: true, files } }));
  const bytes = Buffer.concat(contents);
  const pack = { ...chunkOf(bytes), members: contents.map(chunkOf) };
  const opened = valueOf(await desk.api.openPack({ body: pack }));
  if (opened.status !== 'put') throw new Error('a pack of new chunks is opened');
  expect(await putSigned(opened.put, bytes)).toBe(200);
  expect(valueOf(await desk.api.confirmPack({ body: pack }))).toEqual({ status: 'stored' });
  const operations = uploads.map(({ uploadId }, index) => putOperation(desk, { name: `packed ${index}`, uploadId }));
  const { results } = valueOf(await desk.api.commit({ body: { operations } }));
  const wanted = results.map((result) => {
    if (result.status !== 'committed') throw new Error(`refused: ${JSON.stringify(result)}`);
    return { namespaceId: result.node.namespaceId, nodeId: result.node.nodeId };
  });
  const { contents: answers } = valueOf(await laptop.api.readContents({ body: { files: wanted } }));
  const texts = answers.map(async (answer) => {
    if (answer.status !== 'found') throw new Error('a committed file is read');
    const [{ url = '', range } = {}] = answer.content.chunks;
    return (await fetch(url, { headers: { range: `bytes=${range?.join('-')}` } })).text();
  });
  expect(await Promise.all(texts)).toEqual(['in a pack', 'with others']);
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
