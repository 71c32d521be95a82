import { describe, expect, test } from '@jest/globals';
import { MiB, rootNodeId, SIGNED_URL_MS } from '@syncline/protocol';
import { createStreamHandler } from '../../lambdas/links/create-stream-handler.ts';
import { packOf, storePack } from '../support/in-memory-pack.ts';
import { type HeldLink, LinkWorld } from '../support/link-world.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const STREAM = 'https://stream.memory.test/';

function bytesOf(seed: string, count: number): Uint8Array {
  return new SeededRandom(seed).bytes(count);
}

/** What is answered by the stream for an address that a download gave. */
async function follow(world: LinkWorld, url: string, headers: Readonly<Record<string, string>> = {}) {
  const handle = createStreamHandler(world.service.stores);
  const rawPath = new URL(url).pathname;
  const answer = await handle({ rawPath, headers, requestContext: { requestId: 'stream-1' } });
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) };
}

function problemOf(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString());
}

async function uses(world: LinkWorld, { linkId }: HeldLink): Promise<number | undefined> {
  const links = await world.links(await world.device('desk'));
  return links.find((link) => link.linkId === linkId)?.uses;
}

describe('a file of one chunk', () => {
  test('is a redirect to its object, to be saved under its name', async () => {
    const { world, ann } = await LinkWorld.open();
    const { node } = await world.put(ann, { name: 'Été "1".txt', text: 'hello' });
    const link = await world.link(ann, node, { maxUses: 1 });
    const { statusCode, headers } = await world.download(link);
    expect([statusCode, headers['cache-control'], headers['referrer-policy']]).toEqual([
      302,
      'no-store',
      'no-referrer',
    ]);
    const url = headers['location'] ?? '';
    expect(Buffer.from(world.service.stores.objects.get({ url }).bytes).toString()).toBe('hello');
    expect(decodeURIComponent(url)).toContain(
      `attachment; filename="_t_ _1_.txt"; filename*=UTF-8''%C3%89t%C3%A9%20%221%22.txt`,
    );
    expect((await world.download(link)).statusCode).toBe(410);
  });

  test('in a linked folder is named by its id, and what is not in the folder is not there', async () => {
    const { world, ann } = await LinkWorld.open();
    const folder = await world.mkdir(ann, 'f');
    const inner = await world.put(ann, { name: 'in.txt', text: 'in', parentId: folder.nodeId });
    const outer = await world.put(ann, { name: 'out.txt', text: 'out' });
    const link = await world.link(ann, folder);
    const codes = [{ nodeId: inner.node.nodeId }, { nodeId: outer.node.nodeId }, {}];
    const answers = await Promise.all(codes.map((asked) => world.download(link, asked)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([302, 404, 400]);
  });
});

describe('a file of several chunks', () => {
  const contents = [bytesOf('a', 3000), bytesOf('b', 1), bytesOf('a', 3000), bytesOf('c', 2000)];
  const whole = Buffer.concat(contents);

  test('comes with the answer where nothing streams, whole and by ranges', async () => {
    const { world, ann } = await LinkWorld.open();
    const link = await world.link(ann, await world.putChunks(ann, 'a.bin', contents));
    const ask = async (range?: string, ifRange?: string) => {
      const headers = {
        ...(range === undefined ? {} : { range }),
        ...(ifRange === undefined ? {} : { 'if-range': ifRange }),
      };
      const { statusCode, headers: answered, body } = await world.download(link, { headers });
      return {
        status: statusCode,
        range: answered['content-range'],
        etag: answered['etag'],
        body: Buffer.from(body, 'base64'),
      };
    };
    const all = await ask();
    expect(all).toMatchObject({ status: 200, body: whole });
    const cases = [
      ['bytes=0-0', 0, 1],
      ['bytes=2999-3001', 2999, 3002],
      ['bytes=3000-', 3000, 8001],
      ['bytes=-5', 7996, 8001],
      ['bytes=7000-99999', 7000, 8001],
    ] as const;
    for (const [range, start, end] of cases) {
      const expected = { status: 206, range: `bytes ${start}-${end - 1}/8001`, body: whole.subarray(start, end) };
      expect(await ask(range)).toMatchObject(expected);
      expect(await ask(range, all.etag)).toMatchObject(expected);
      expect(await ask(range, '"another"')).toMatchObject({ status: 200, body: whole });
    }
    for (const range of ['bytes=5-4', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=-', '']) {
      expect(await ask(range)).toMatchObject({ status: 200, body: whole });
    }
    const counted = await uses(world, link);
    for (const range of ['bytes=8001-', 'bytes=-0']) {
      expect(await ask(range)).toMatchObject({ status: 416, range: 'bytes */8001', body: Buffer.alloc(0) });
    }
    expect(await uses(world, link)).toBe(counted);
  });

  test('that is too long for one answer is refused whole, uncounted, and comes by ranges', async () => {
    const { world, ann } = await LinkWorld.open();
    const long = [bytesOf('d', 4 * MiB), bytesOf('e', 100)];
    const link = await world.link(ann, await world.putChunks(ann, 'a.bin', long));
    const refused = await world.download(link);
    expect([refused.statusCode, problemOf(Buffer.from(refused.body))]).toMatchObject([413, { code: 'too_large' }]);
    expect(await uses(world, link)).toBe(0);
    const first = await world.download(link, { headers: { range: 'bytes=0-' } });
    expect([first.statusCode, first.headers['content-range']]).toEqual([
      206,
      `bytes 0-${4 * MiB - 1}/${4 * MiB + 100}`,
    ]);
    expect(Buffer.from(first.body, 'base64').equals(Buffer.from(long[0] ?? []))).toBe(true);
    const rest = await world.download(link, { headers: { range: `bytes=${4 * MiB}-` } });
    expect(Buffer.from(rest.body, 'base64')).toEqual(long[1]);
  });

  test('is a redirect to the stream, which gives it as often as asked for 15 minutes, and counts once', async () => {
    const { world, ann } = await LinkWorld.open({ streamUrl: STREAM });
    const link = await world.link(ann, await world.putChunks(ann, 'a.bin', contents), { maxUses: 1 });
    const { statusCode, headers } = await world.download(link);
    const url = headers['location'] ?? '';
    expect([statusCode, url.startsWith(STREAM)]).toEqual([302, true]);
    expect((await world.download(link)).statusCode).toBe(410);
    const all = await follow(world, url);
    expect(all).toMatchObject({ status: 200, body: whole });
    expect(all.headers).toMatchObject({
      'content-length': '8001',
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
    const range = await follow(world, url, { range: 'bytes=2990-3010' });
    expect(range).toMatchObject({ status: 206, body: whole.subarray(2990, 3011) });
    expect(range.headers).toMatchObject({ 'content-length': '21', 'content-range': 'bytes 2990-3010/8001' });
    world.service.stores.clock.advance(SIGNED_URL_MS);
    expect((await follow(world, url)).status).toBe(403);
    expect((await follow(world, `${STREAM}forged.ticket`)).status).toBe(404);
    expect(await uses(world, link)).toBe(1);
  });

  test('streams in the revision that was counted, and no more once the link was revoked or its maker has no access', async () => {
    const { world, ann } = await LinkWorld.open({ streamUrl: STREAM });
    const node = await world.putChunks(ann, 'a.bin', contents);
    const link = await world.link(ann, node);
    const { headers } = await world.download(link);
    const url = headers['location'] ?? '';
    await world.put(ann, { name: 'a.bin', text: 'new', nodeId: node.nodeId, baseRev: node.rev });
    expect(await follow(world, url)).toMatchObject({ status: 200, body: whole });
    const { namespaces } = world.service.stores;
    namespaces.setRole({ ...ann, role: undefined });
    expect(problemOf((await follow(world, url)).body)).toMatchObject({
      code: 'link_ended',
      details: { end: 'revoked' },
    });
    namespaces.setRole({ ...ann, role: 'owner' });
    await world.revoke(ann, link);
    expect((await follow(world, url)).status).toBe(410);
  });

  test('that was moved out of the linked folder streams no more', async () => {
    const { world, ann } = await LinkWorld.open({ streamUrl: STREAM });
    const folder = await world.mkdir(ann, 'f');
    const { nodeId } = await world.putChunks(ann, 'a.bin', contents);
    await world.must(ann, { type: 'move', nodeId, baseRev: 1, parentId: folder.nodeId, name: 'a.bin' });
    const link = await world.link(ann, folder);
    const { headers } = await world.download(link, { nodeId });
    const url = headers['location'] ?? '';
    expect((await follow(world, url)).status).toBe(200);
    await world.must(ann, { type: 'move', nodeId, baseRev: 2, parentId: rootNodeId(ann.namespaceId), name: 'a.bin' });
    expect((await follow(world, url)).status).toBe(410);
  });

  test('whose bytes are not what their hashes say breaks off', async () => {
    const { world, ann } = await LinkWorld.open({ streamUrl: STREAM });
    const link = await world.link(ann, await world.putChunks(ann, 'a.bin', contents));
    const { headers } = await world.download(link);
    const { objects } = world.service.stores;
    const read = objects.read.bind(objects);
    objects.read = async (key, range) => {
      const bytes = await read(key, range);
      return bytes?.length === 2000 ? bytesOf('f', 2000) : bytes;
    };
    await expect(follow(world, headers['location'] ?? '')).rejects.toThrow('a chunk has the bytes of its hash');
  });
});

test('a chunk that lies in a pack, compressed or not, comes by the stream or with the answer, and never as an address of the pack', async () => {
  const texts = ['first '.repeat(500), 'second '.repeat(500)].map((text) => Buffer.from(text));
  for (const streamUrl of [STREAM, undefined]) {
    const { world, ann } = await LinkWorld.open(streamUrl === undefined ? {} : { streamUrl });
    await storePack(world.service, ann, packOf(texts, 'mixed'));
    for (const [index, text] of texts.entries()) {
      const link = await world.link(ann, await world.putChunks(ann, `${index}.txt`, [text]));
      const { statusCode, headers, body } = await world.download(link);
      const got =
        streamUrl === undefined ? Buffer.from(body, 'base64') : (await follow(world, headers['location'] ?? '')).body;
      expect([statusCode, got]).toEqual([streamUrl === undefined ? 200 : 302, text]);
    }
  }
});

test('an empty file is an empty answer', async () => {
  const { world, ann } = await LinkWorld.open({ streamUrl: STREAM });
  const { node: empty } = await world.put(ann, { name: 'empty', text: '' });
  const answer = await world.download(await world.link(ann, empty));
  expect([answer.statusCode, answer.body]).toEqual([200, '']);
});
