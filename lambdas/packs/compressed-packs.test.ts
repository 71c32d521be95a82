/** Packs whose members are compressed: what is verified before anybody may rely on a name. */
import { constants } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { KiB, MiB, PACK_MEMBER_BYTES_MAX, PACK_OPENED_BYTES_MAX, type Pack } from '@syncline/protocol';
import fc from 'fast-check';
import { chunkOf, fileOf, join, type Member, sha256Hex, textBytes } from '../../test/support/in-memory-member.ts';
import {
  confirmPack,
  framed,
  type PackPart,
  packOf,
  packOfParts,
  plain,
  putPack,
  storePack,
  zstdFrame,
} from '../../test/support/in-memory-pack.ts';
import { InMemoryService } from '../../test/support/in-memory-service.ts';
import { readStoredChunk } from '../../test/support/stored-chunk.ts';
import { possessionProof } from '../chunks/possession.ts';

const DOMAIN = 'shared';
const TEXT = textBytes('the same words again and again, '.repeat(100));
const OTHER = textBytes('other words, over and over and over: '.repeat(100));
const FRAME = zstdFrame(TEXT);

let service: InMemoryService;
let alice: Member;
beforeEach(async () => {
  service = new InMemoryService();
  alice = await join(service, 'alice');
});

async function knowledge(member: Member, bytes: Uint8Array) {
  const { hash } = chunkOf(bytes);
  return (await service.stores.chunks.lookup({ domain: DOMAIN, accountId: member.accountId, hashes: [hash] })).get(
    hash,
  );
}

function readBack(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return readStoredChunk(service.stores, { domain: DOMAIN, hash: chunkOf(bytes).hash });
}

test('each member is a chunk of its plain bytes, that lies in its form at its place', async () => {
  const built = await storePack(service, alice, packOfParts([framed(TEXT, FRAME), plain(OTHER)]));
  const objectKey = `packs/shared/${built.pack.hash}`;
  const first = { ...chunkOf(TEXT), objectKey, offset: 0, stored: { size: FRAME.length, encoding: 'zstd' } };
  expect(await knowledge(alice, TEXT)).toMatchObject({ held: true, record: first });
  const second = await knowledge(alice, OTHER);
  expect(second).toMatchObject({ held: true, record: { ...chunkOf(OTHER), objectKey, offset: FRAME.length } });
  expect(second?.record).not.toHaveProperty('stored');
  const hash = built.pack.hash;
  expect((await service.stores.packs.get({ domain: DOMAIN, hash }))?.members).toEqual(built.pack.members);
});

test('whatever is in a pack, in whatever form, can be read from where its record says', async () => {
  const contents = fc.uniqueArray(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 200 }))
        .map(([text, times]) => textBytes(text.repeat(times))),
    ),
    { minLength: 1, maxLength: 8, selector: sha256Hex },
  );
  await fc.assert(
    fc.asyncProperty(contents, fc.constantFrom('plain', 'compressed', 'mixed'), async (chunks, form) => {
      service = new InMemoryService();
      alice = await join(service, 'alice');
      await storePack(service, alice, packOf(chunks, form));
      for (const bytes of chunks) expect(sha256Hex((await readBack(bytes)) ?? '')).toBe(chunkOf(bytes).hash);
    }),
  );
});

test('the largest chunk is opened', async () => {
  const largest = new Uint8Array(PACK_MEMBER_BYTES_MAX).fill(7);
  await storePack(service, alice, packOf([largest], 'compressed'));
  expect((await readBack(largest))?.length).toBe(PACK_MEMBER_BYTES_MAX);
});

test('the address of a compressed chunk tells its encoding and gives its frame; that of a plain one tells none', async () => {
  const contents = [TEXT, OTHER];
  const { files, uploads } = await initiate(contents);
  const built = await storePack(service, alice, packOfParts([framed(TEXT, FRAME), plain(OTHER)]));
  expect(files.length).toBe(1);
  const uploadId = uploads[0]?.uploadId ?? '';
  const body = { hashes: contents.map((bytes) => chunkOf(bytes).hash) };
  await service.invoke('checkChunks', { parameters: { uploadId }, body }, alice);
  const answer = await service.invoke('getUploadContent', { parameters: { uploadId }, query: {} }, alice);
  if (!answer.ok) throw new Error(answer.problem.detail);
  const [first, second] = answer.value.chunks;
  expect(first).toMatchObject({ ...chunkOf(TEXT), range: [0, FRAME.length - 1], encoding: 'zstd' });
  expect(second).toMatchObject({ ...chunkOf(OTHER), range: [FRAME.length, built.pack.size - 1] });
  expect(second).not.toHaveProperty('encoding');
  if (first?.range === undefined) throw new Error('a packed chunk has a range');
  const [from, to] = first.range;
  const got = service.stores.objects.get({ url: first.url, range: [from, to] });
  expect([got.status, Buffer.from(got.bytes).equals(FRAME)]).toEqual([206, true]);
});

async function initiate(contents: readonly Uint8Array[], member = alice) {
  const files = [fileOf(member.namespaceId, contents)];
  const answer = await service.invoke('initiateUploads', { body: { packs: true, files } }, member);
  if (!answer.ok) throw new Error(answer.problem.detail);
  return { files, uploads: answer.value.uploads };
}

test('who has a compressed chunk proves it by its plain bytes, and by nothing else', async () => {
  await storePack(service, alice, packOf([TEXT], 'compressed'));
  const bob = await join(service, 'bob');
  const { uploads } = await initiate([TEXT], bob);
  const [{ uploadId, prove } = { uploadId: '', prove: [] }] = uploads;
  const [{ hash, challenge } = { hash: chunkOf(TEXT).hash, challenge: '' }] = prove;
  const check = async (bytes: Uint8Array) => {
    const body = { proofs: [{ hash, proof: possessionProof(challenge, bytes) }] };
    return service.invoke('checkChunks', { parameters: { uploadId }, body }, bob);
  };
  expect(await check(FRAME)).toMatchObject({ value: { held: [] } });
  expect(await check(TEXT)).toMatchObject({ value: { held: [hash] } });
});

/** A frame of one block that repeats a byte as often as it says, whatever the frame promises. */
function runFrame({ promised, repeats, window }: { promised: number; repeats: number; window: number }): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x80, window, 0, 0, 0, 0]);
  header.writeUInt32LE(promised, 6);
  const block = Buffer.from([0, 0, 0, 'a'.charCodeAt(0)]);
  block.writeUIntLE((repeats << 3) | 0b011, 0, 3);
  return Buffer.concat([header, block]);
}

const RUN = textBytes('a'.repeat(1000));
const WINDOW_1_MIB = 10 << 3;
const right = { promised: 1000, repeats: 1000, window: WINDOW_1_MIB };

/** As another chunk lies in the pack, the frame is in its place and the lengths add up: only opening shows what is wrong. */
const WRONG: readonly (readonly [string, PackPart])[] = [
  ['swells beyond what it promises', framed(RUN, runFrame({ ...right, repeats: 100_000 }))],
  ['promises more than the chunk has', framed(RUN, runFrame({ ...right, promised: 100_000, repeats: 100_000 }))],
  ['holds less than it promises', framed(RUN, runFrame({ ...right, repeats: 999 }))],
  ['is cut', framed(TEXT, FRAME.subarray(0, -1))],
  ['is followed by a byte', framed(TEXT, Buffer.concat([FRAME, Buffer.alloc(1)]))],
  ['is followed by another', framed(TEXT, Buffer.concat([FRAME, zstdFrame(OTHER)]))],
  ['has a window beyond 1 MiB', framed(RUN, runFrame({ ...right, window: WINDOW_1_MIB + 1 }))],
  ['has a checksum of its own', framed(TEXT, zstdFrame(TEXT, { [constants.ZSTD_c_checksumFlag]: 1 }))],
  ['does not say how long its bytes are', framed(TEXT, zstdFrame(TEXT, { [constants.ZSTD_c_contentSizeFlag]: 0 }))],
  ['holds other bytes', framed(TEXT, zstdFrame(textBytes('The same words again and again, '.repeat(100))))],
  ['is damaged inside', framed(TEXT, damaged(FRAME))],
  ['is no frame', framed(TEXT, textBytes('words'))],
  ['is said to lie there as it is', { member: { hash: chunkOf(TEXT).hash, size: FRAME.length }, bytes: FRAME }],
];

function damaged(frame: Buffer): Buffer {
  const bytes = Buffer.from(frame);
  const last = bytes.length - 2;
  bytes[last] = (bytes[last] ?? 0) ^ 0xff;
  return bytes;
}

describe('a pack is refused whole, and nothing is recorded', () => {
  async function expectNothingStored(): Promise<void> {
    for (const bytes of [TEXT, OTHER, RUN]) expect(await knowledge(alice, bytes)).toEqual({ held: false });
    expect(service.stores.packs.list()).toEqual([]);
  }

  test('while the same of right frames is stored', async () => {
    await storePack(service, alice, packOfParts([plain(OTHER), framed(RUN, runFrame(right)), framed(TEXT, FRAME)]));
    for (const bytes of [OTHER, RUN, TEXT]) expect(sha256Hex((await readBack(bytes)) ?? '')).toBe(chunkOf(bytes).hash);
  });

  test.each(WRONG)('when a frame %s', async (_what, wrong) => {
    const built = packOfParts([plain(OTHER), wrong]);
    expect(await putPack(service, alice, built)).toBe(200);
    expect(await confirmPack(service, alice, built.pack)).toMatchObject({
      code: 'invalid_request',
      remedy: 'fix-request',
      details: { fields: [{ path: 'body.members.1.hash' }] },
    });
    await expectNothingStored();
  });

  test('when the lengths that are stored are told wrongly, by the byte that the next member lacks', async () => {
    const parts = [framed(TEXT, FRAME), framed(OTHER, zstdFrame(OTHER))];
    for (const shift of [-1, 1]) {
      const built = packOfParts(parts);
      const members = built.pack.members.map(({ stored, ...member }, index) => {
        const size = (stored?.size ?? 0) + (index === 0 ? shift : -shift);
        return { ...member, stored: { size, encoding: 'zstd' as const } };
      });
      await putPack(service, alice, { ...built, pack: { ...built.pack, members } });
      const fields = [0, 1].map((index) => ({ path: `body.members.${index}.hash` }));
      expect(await confirmPack(service, alice, { ...built.pack, members })).toMatchObject({ details: { fields } });
    }
    await expectNothingStored();
  });

  const built = packOfParts([framed(TEXT, FRAME)]);
  const [member] = built.pack.members;
  const refusedBy: readonly (readonly [string, object, string])[] = [
    [
      'an encoding that nobody knows',
      { stored: { size: FRAME.length, encoding: 'gzip' } },
      'body.members.0.stored.encoding',
    ],
    ['a frame that is as long as its chunk', { size: FRAME.length }, 'body.members.0.stored.size'],
    ['a frame without a byte', { stored: { size: 0, encoding: 'zstd' } }, 'body.members.0.stored.size'],
    [
      'a frame of another length than the pack has',
      { stored: { size: FRAME.length + 1, encoding: 'zstd' } },
      'body.size',
    ],
  ];
  test.each(refusedBy)('when it describes %s: it is not even opened', async (_what, change, path) => {
    const pack = { ...built.pack, members: [{ ...member, ...change }] } as Pack;
    const refusal = { code: 'invalid_request', remedy: 'fix-request', details: { fields: [{ path }] } };
    for (const route of ['openPack', 'confirmPack'] as const) {
      expect(await service.invoke(route, { body: pack }, alice)).toMatchObject({ problem: refusal });
    }
    await expectNothingStored();
  });
});

test('the chunks of a pack have a bound together, however small they lie', async () => {
  const count = PACK_OPENED_BYTES_MAX / (512 * KiB);
  const contents = Array.from({ length: count }, (_, index) => new Uint8Array(512 * KiB).fill(index));
  const full = packOf(contents, 'compressed');
  expect(full.pack.size).toBeLessThan(MiB);
  const more = packOf([...contents, textBytes('and one more byte')], 'compressed');
  for (const route of ['openPack', 'confirmPack'] as const) {
    expect(await service.invoke(route, { body: more.pack }, alice)).toMatchObject({
      problem: { code: 'too_large', details: { limit: 'PACK_OPENED_BYTES_MAX', max: PACK_OPENED_BYTES_MAX } },
    });
  }
  await storePack(service, alice, full);
});

test('the bytes of one pack cannot be described in a second way, so that what lies there first is not forgotten', async () => {
  const built = await storePack(service, alice, packOfParts([framed(TEXT, FRAME), plain(OTHER)]));
  const asItIs = packOfParts([plain(FRAME), plain(OTHER)]);
  expect(asItIs.pack.hash).toBe(built.pack.hash);
  expect(await confirmPack(service, alice, asItIs.pack)).toMatchObject({ code: 'chunks_missing' });
  expect(await knowledge(alice, FRAME)).toEqual({ held: false });
  expect((await service.stores.packs.get({ domain: DOMAIN, hash: built.pack.hash }))?.members).toEqual(
    built.pack.members,
  );
});
