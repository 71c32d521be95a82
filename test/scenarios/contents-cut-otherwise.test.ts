/** One content has a name for each way of cutting it. What was stored by one way and is named by another must not look edited. */
import { beforeEach, expect, test } from '@jest/globals';
import { encodeUlid, FIXED_CHUNK_BYTES, type NodeId, opId, rootNodeId } from '@syncline/protocol';
import { handlersSyncService } from '../support/handlers-sync-service.ts';
import { fileOf, join, type Member, putChunk, textBytes } from '../support/in-memory-member.ts';
import { InMemoryService } from '../support/in-memory-service.ts';
import { SyncDevice, type SyncService } from '../support/sync-world.ts';

const TEXT = Array.from(
  { length: 150_000 },
  (_, line) => `line ${line} of a text, ${(line * 7919) % 1_000_003}\n`,
).join('');
const NAME = 'large.txt';

let service: InMemoryService;
let devices: SyncService;
let other: Member;

beforeEach(async () => {
  service = new InMemoryService();
  devices = handlersSyncService(service);
  other = await join(service, 'ada', 'a client that cuts every 4 MiB');
});

/** Stores a content in chunks of FIXED_CHUNK_BYTES, and publishes it. */
async function storeFixed(
  text: string,
  edited?: { readonly nodeId: NodeId; readonly baseRev: number },
): Promise<NodeId> {
  const bytes = textBytes(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += FIXED_CHUNK_BYTES) chunks.push(bytes.subarray(at, at + FIXED_CHUNK_BYTES));
  const file = fileOf(other.namespaceId, chunks);
  const opened = await service.invoke('initiateUploads', { body: { files: [file] } }, other);
  const upload = opened.ok ? opened.value.uploads[0] : undefined;
  if (upload === undefined) throw new Error('the upload was refused');
  for (const missing of upload.missing) {
    const chunk = chunks[file.chunks.findIndex(({ hash }) => hash === missing.hash)] ?? new Uint8Array();
    expect(putChunk(service, missing, chunk)).toBe(200);
  }
  const { node } = await commitOne({
    type: 'put',
    clock: 1,
    parentId: rootNodeId(other.namespaceId),
    name: NAME,
    uploadId: upload.uploadId,
    ...(edited ?? { baseRev: 0 }),
  });
  return node.nodeId;
}

async function commitOne(operation: object) {
  const whole = {
    ...operation,
    namespaceId: other.namespaceId,
    opId: opId(encodeUlid(service.stores.random.bytes(16)), 0),
  };
  const answer = await service.invoke('commit', { body: { operations: [whole as never] } }, other);
  const result = answer.ok ? answer.value.results[0] : undefined;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(answer)}`);
  return result;
}

async function chunkingOf(nodeId: NodeId): Promise<string | undefined> {
  const content = await service.invoke('getContent', { parameters: { nodeId }, query: {} }, other);
  return content.ok ? content.value.chunking : undefined;
}

test('a folder that has the same file already agrees at the first link: nothing is sent, and nothing is a conflict', async () => {
  await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  device.files.write(NAME, TEXT);
  expect((await device.sync()).counts).toMatchObject({ uploaded: 0, downloaded: 0, conflicts: 0 });
  device.forgetState();
  await device.sync();
  expect(await devices.head()).toBe(1);
  expect(device.files.paths()).toEqual([NAME]);
});

test('a file of the same length and other bytes is a conflict, and both are kept', async () => {
  await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  device.files.write(NAME, TEXT.replace('line 7', 'LINE 7'));
  expect((await device.sync()).counts).toMatchObject({ conflicts: 1 });
  expect(device.files.paths()).toHaveLength(2);
});

test('an edit gets the new way of cutting, and the old content can still be read', async () => {
  const nodeId = await storeFixed(TEXT);
  const [writer, reader] = [new SyncDevice(devices, 1), new SyncDevice(devices, 2)];
  await writer.sync();
  expect(writer.files.text(NAME)).toBe(TEXT);
  expect(await chunkingOf(nodeId)).toBe('fixed-4m');
  writer.files.write(NAME, `first line\n${TEXT}`);
  await writer.sync();
  expect(await chunkingOf(nodeId)).toBe('cdc-1m-v1');
  await reader.sync();
  expect(reader.files.text(NAME)).toBe(`first line\n${TEXT}`);
});

test('a file that was only touched comes to rest', async () => {
  await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  await device.sync();
  device.files.write(NAME, TEXT);
  await device.sync();
  const head = await devices.head();
  expect((await device.sync()).counts).toMatchObject({ uploaded: 0 });
  expect(await devices.head()).toBe(head);
  expect([...(await devices.tree()).keys()]).toEqual([NAME]);
});

test('a file that was touched here and edited there takes the edit', async () => {
  const nodeId = await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  await device.sync();
  device.files.write(NAME, TEXT);
  const edited = TEXT.replace('line 7', 'LINE 7');
  await storeFixed(edited, { nodeId, baseRev: 1 });
  expect((await device.sync()).counts).toMatchObject({ uploaded: 0, conflicts: 0 });
  expect(device.files.text(NAME)).toBe(edited);
});

test('a file that was touched here and deleted there goes', async () => {
  const nodeId = await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  await device.sync();
  device.files.write(NAME, TEXT);
  await commitOne({ type: 'delete', nodeId, baseRev: 1 });
  await device.sync();
  expect(device.files.paths()).toEqual([]);
  expect(await devices.tree()).toEqual(new Map());
});

test('a folder without its database takes what came after the content that it has', async () => {
  const nodeId = await storeFixed(TEXT);
  const device = new SyncDevice(devices, 1);
  await device.sync();
  const edited = TEXT.replace('line 7', 'LINE 7');
  await storeFixed(edited, { nodeId, baseRev: 1 });
  device.forgetState();
  expect((await device.sync()).counts).toMatchObject({ uploaded: 0, conflicts: 0 });
  expect(device.files.paths()).toEqual([NAME]);
  expect(device.files.text(NAME)).toBe(edited);
});
