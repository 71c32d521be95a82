import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import type { Pack } from '@syncline/protocol';
import { openChunk } from '../../client/src/transfers/open-chunk.ts';
import {
  type ApiDevice,
  chunkOf,
  fileOf,
  newEmail,
  openApiDevice,
  putOperation,
  putSigned,
  valueOf,
} from '../support/api-device.ts';
import { packOf as packInForm } from '../support/in-memory-pack.ts';
import { sharedStack } from '../support/shared-stack.ts';

let ada: ApiDevice;
let mallory: ApiDevice;

beforeAll(async () => {
  const { apiUrl } = sharedStack();
  ada = await openApiDevice({ apiUrl, email: newEmail() });
  mallory = await openApiDevice({ apiUrl, email: newEmail() });
});

function packOf(contents: readonly Uint8Array[]): { readonly pack: Pack; readonly bytes: Uint8Array } {
  const bytes = Buffer.concat(contents);
  return { pack: { ...chunkOf(bytes), members: contents.map(chunkOf) }, bytes };
}

async function putPack(device: ApiDevice, { pack, bytes }: ReturnType<typeof packOf>): Promise<number> {
  const opened = valueOf(await device.api.openPack({ body: pack }));
  if (opened.status !== 'put') throw new Error('a pack of new chunks is opened');
  return putSigned(opened.put, bytes);
}

/** Reads as a client does, with the range that belongs to the address or another one. */
function readRange(url: string, range?: readonly [number, number]): Promise<Response> {
  return fetch(url, range === undefined ? {} : { headers: { range: `bytes=${range[0]}-${range[1]}` } });
}

test('small files travel in a pack, and each is read back by an address that gives nothing of the others', async () => {
  const contents = Array.from({ length: 20 }, () => randomBytes(1000));
  const files = contents.map((bytes) => fileOf(ada, bytes));
  const { uploads } = valueOf(await ada.api.initiateUploads({ body: { packs: true, files } }));
  expect(uploads.flatMap(({ missing }) => missing).filter(({ put }) => put !== undefined)).toEqual([]);
  const built = packOf(contents);
  expect(await putPack(ada, built)).toBe(200);
  expect(valueOf(await ada.api.confirmPack({ body: built.pack }))).toEqual({ status: 'stored' });

  const names = contents.map((_, index) => `${built.pack.hash} ${index}`);
  const operations = uploads.map(({ uploadId }, index) => putOperation(ada, { name: names[index] ?? '', uploadId }));
  const { results } = valueOf(await ada.api.commit({ body: { operations } }));
  const nodes = results.map((result) => {
    if (result.status !== 'committed') throw new Error(`refused: ${JSON.stringify(result)}`);
    return result.node;
  });
  const wanted = nodes.map(({ namespaceId, nodeId }) => ({ namespaceId, nodeId }));
  const { contents: answers } = valueOf(await ada.api.readContents({ body: { files: wanted } }));
  for (const [index, answer] of answers.entries()) {
    if (answer.status !== 'found') throw new Error('a committed file is read');
    const [{ url = '', range } = {}] = answer.content.chunks;
    const own = await readRange(url, range);
    expect([own.status, Buffer.from(await own.arrayBuffer())]).toEqual([206, contents[index]]);
    expect((await readRange(url)).status).toBe(403);
    expect((await readRange(url, [0, built.bytes.length - 1])).status).toBe(403);
  }
});

test('text travels compressed in a pack, and is read back by an address that says so', async () => {
  const contents = Array.from({ length: 20 }, (_, number) =>
    Buffer.from(`${randomBytes(8).toString('hex')} ${number}, again and again. `.repeat(100)),
  );
  const files = contents.map((bytes) => fileOf(ada, bytes));
  const { uploads } = valueOf(await ada.api.initiateUploads({ body: { packs: true, files } }));
  const built = packInForm(contents, 'mixed');
  expect(await putPack(ada, built)).toBe(200);
  expect(valueOf(await ada.api.confirmPack({ body: built.pack }))).toEqual({ status: 'stored' });
  const operations = uploads.map(({ uploadId }, index) =>
    putOperation(ada, { name: `${built.pack.hash} ${index}`, uploadId }),
  );
  const { results } = valueOf(await ada.api.commit({ body: { operations } }));
  const wanted = results.map((result) => {
    if (result.status !== 'committed') throw new Error(`refused: ${JSON.stringify(result)}`);
    return { namespaceId: result.node.namespaceId, nodeId: result.node.nodeId };
  });
  const { contents: answers } = valueOf(await ada.api.readContents({ body: { files: wanted } }));
  for (const [index, answer] of answers.entries()) {
    if (answer.status !== 'found') throw new Error('a committed file is read');
    const [chunk] = answer.content.chunks;
    if (chunk === undefined) throw new Error('a file of text has a chunk');
    const { stored } = built.pack.members[index] ?? {};
    expect(chunk.encoding).toBe(index % 2 === 0 ? 'zstd' : undefined);
    const given = Buffer.from(await (await readRange(chunk.url ?? '', chunk.range)).arrayBuffer());
    expect(given.length).toBe(stored?.size ?? chunk.size);
    expect(Buffer.from((await openChunk(chunk, given)) ?? [])).toEqual(contents[index]);
  }
});

test("a stranger's pack is nobody else's, and one with a wrong member is nobody's", async () => {
  const contents = [randomBytes(500), randomBytes(600)];
  const built = packOf(contents);
  expect(await putPack(ada, built)).toBe(200);
  const refused = { ok: false, problem: { code: 'chunks_missing', remedy: 'upload-chunks' } };
  expect(await mallory.api.confirmPack({ body: built.pack })).toMatchObject(refused);
  expect(await putPack(mallory, built)).toBe(412);
  expect(await mallory.api.confirmPack({ body: built.pack })).toMatchObject(refused);

  const [first, second] = built.pack.members;
  const members = [first, { ...second, hash: chunkOf(randomBytes(8)).hash }] as Pack['members'];
  expect(await ada.api.confirmPack({ body: { ...built.pack, members } })).toMatchObject({
    ok: false,
    problem: { code: 'invalid_request', details: { fields: [{ path: 'body.members.1.hash' }] } },
  });
  expect(valueOf(await mallory.api.openPack({ body: built.pack }))).toMatchObject({ status: 'put' });
  expect(valueOf(await ada.api.confirmPack({ body: built.pack }))).toEqual({ status: 'stored' });
  expect(valueOf(await mallory.api.openPack({ body: built.pack }))).toEqual({
    status: 'repack',
    known: contents.map((bytes) => chunkOf(bytes).hash),
  });
});
