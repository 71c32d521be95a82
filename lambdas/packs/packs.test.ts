import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  CHUNK_PIN_MS,
  ChunkHash,
  PACK_BYTES_MAX,
  PACK_MEMBER_BYTES_MAX,
  PACK_MEMBERS_MAX,
  type Pack,
} from '@syncline/protocol';
import {
  chunkOf,
  fileOf,
  join,
  type Member,
  putChunk,
  sha256Hex,
  textBytes,
} from '../../test/support/in-memory-member.ts';
import { type BuiltPack, confirmPack, packOf, putPack, storePack } from '../../test/support/in-memory-pack.ts';
import { InMemoryService, type InMemoryServiceOptions } from '../../test/support/in-memory-service.ts';
import { possessionProof } from '../chunks/possession.ts';

const [ONE, TWO, THREE] = [textBytes('one'), textBytes('the second'), textBytes('a third chunk')];

let service: InMemoryService;
let alice: Member;
let mallory: Member;

async function begin(options: InMemoryServiceOptions = {}): Promise<void> {
  service = new InMemoryService(options);
  alice = await join(service, 'alice');
  mallory = await join(service, 'mallory');
}
beforeEach(() => begin());

async function knowledge(member: Member, bytes: Uint8Array) {
  const { hash } = chunkOf(bytes);
  const { accountId } = member;
  return (await service.stores.chunks.lookup({ domain: 'shared', accountId, hashes: [hash] })).get(hash);
}

async function holdings(member: Member, contents: readonly Uint8Array[]): Promise<readonly boolean[]> {
  const known = await Promise.all(contents.map((bytes) => knowledge(member, bytes)));
  return known.map((each) => each?.held === true);
}

async function open(member: Member, pack: Pack) {
  const answer = await service.invoke('openPack', { body: pack }, member);
  return answer.ok ? answer.value : answer.problem;
}

async function initiate(member: Member, bytes: Uint8Array) {
  const body = { packs: true, files: [fileOf(member.namespaceId, [bytes])] };
  const answer = await service.invoke('initiateUploads', { body }, member);
  if (!answer.ok || answer.value.uploads[0] === undefined) throw new Error('refused');
  return answer.value.uploads[0];
}

describe('a pack that is stored', () => {
  test('makes each of its members a chunk that lies in it, pinned and held by the account', async () => {
    const { pack } = await storePack(service, alice, [ONE, TWO, THREE]);
    const objectKey = `packs/shared/${pack.hash}`;
    const pinnedUntil = service.stores.clock.now() + CHUNK_PIN_MS;
    let offset = 0;
    for (const bytes of [ONE, TWO, THREE]) {
      const record = { ...chunkOf(bytes), objectKey, offset, state: 'live', pinnedUntil };
      expect(await knowledge(alice, bytes)).toMatchObject({ held: true, record });
      offset += bytes.length;
    }
    expect(await service.stores.packs.get({ domain: 'shared', hash: pack.hash })).toMatchObject({
      state: 'live',
      members: pack.members,
    });
    expect(service.stores.telemetry.counts.get('chunksPacked')).toBe(3);
  });

  test('is stored by a repeat too, and so it is after a PUT whose answer was lost', async () => {
    const built = await storePack(service, alice, [ONE, TWO]);
    expect(await confirmPack(service, alice, built.pack)).toBe('stored');
    const other = packOf([THREE]);
    expect([await putPack(service, alice, other), await putPack(service, alice, other)]).toEqual([200, 412]);
    expect(await confirmPack(service, alice, other.pack)).toBe('stored');
    expect(await holdings(alice, [ONE, TWO, THREE])).toEqual([true, true, true]);
  });

  test('is of the largest size and of the most members', async () => {
    const full = Array.from({ length: 8 }, (_, index) => new Uint8Array(PACK_MEMBER_BYTES_MAX).fill(index));
    const last = new Uint8Array(PACK_BYTES_MAX - 8 * PACK_MEMBER_BYTES_MAX).fill(9);
    const many = Array.from({ length: PACK_MEMBERS_MAX }, (_, index) => textBytes(`${index}`));
    for (const contents of [[...full, last], many]) {
      await storePack(service, alice, contents);
      expect(await holdings(alice, contents)).toEqual(contents.map(() => true));
    }
  });

  test('is of one account alone where accounts do not share', async () => {
    await begin({ dedupScope: 'account' });
    const { pack } = await storePack(service, alice, [ONE]);
    expect(service.stores.objects.keys()).toEqual([`packs/${alice.accountId}/${pack.hash}`]);
    expect(await open(mallory, pack)).toMatchObject({ status: 'put' });
  });
});

describe('a pack is opened', () => {
  test('only when none of its members is stored; else it is told which are, wherever they lie', async () => {
    await storePack(service, alice, [ONE]);
    const upload = await service.invoke(
      'initiateUploads',
      { body: { files: [fileOf(alice.namespaceId, [TWO])] } },
      alice,
    );
    if (!upload.ok) throw new Error('refused');
    const { uploadId, missing } = upload.value.uploads[0] ?? { uploadId: '', missing: [] };
    for (const chunk of missing) expect(putChunk(service, chunk, TWO)).toBe(200);
    const body = { stored: [chunkOf(TWO).hash] };
    await service.invoke('checkChunks', { parameters: { uploadId }, body }, alice);
    for (const member of [alice, mallory]) {
      expect(await open(member, packOf([TWO, THREE, ONE]).pack)).toEqual({
        status: 'repack',
        known: [chunkOf(TWO).hash, chunkOf(ONE).hash],
      });
    }
    expect(await open(alice, packOf([THREE]).pack)).toMatchObject({ status: 'put' });
  });

  test.each([
    ['a size that is not the sum', { size: 4 }, 'body.size'],
    ['a member that stands twice', { size: 6, members: [chunkOf(ONE), chunkOf(ONE)] }, 'body.members.1.hash'],
  ])('not with %s, and such a pack is not confirmed either', async (_what, change, path) => {
    const pack = { ...packOf([ONE]).pack, ...change };
    const refusal = { code: 'invalid_request', remedy: 'fix-request', details: { fields: [{ path }] } };
    expect(await open(alice, pack)).toMatchObject(refusal);
    expect(await confirmPack(service, alice, pack)).toMatchObject(refusal);
  });
});

describe('a pack is refused whole, and nothing is recorded', () => {
  async function expectNothingStored(): Promise<void> {
    for (const bytes of [ONE, TWO, THREE]) {
      expect(await knowledge(alice, bytes)).toEqual({ held: false });
      expect(await knowledge(mallory, bytes)).toEqual({ held: false });
    }
    expect(service.stores.packs.list()).toEqual([]);
  }

  test('when a member is not what its hash says: every wrong one is named', async () => {
    const { pack, bytes } = packOf([ONE, TWO, THREE]);
    const members = [{ ...pack.members[0], hash: chunkOf(textBytes('abc')).hash }, pack.members[1], pack.members[2]];
    const lie = { ...pack, members } as Pack;
    await putPack(service, alice, { pack: lie, bytes });
    expect(await confirmPack(service, alice, lie)).toMatchObject({
      code: 'invalid_request',
      remedy: 'fix-request',
      details: { fields: [{ path: 'body.members.0.hash' }] },
    });
    await expectNothingStored();
  });

  test('when its members have other lengths than it says', async () => {
    const { pack, bytes } = packOf([ONE, TWO, THREE]);
    const [first, second, third] = pack.members.map(({ size }) => size);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three members');
    const sizes = [first, second + 1, third - 1];
    const shifted = { ...pack, members: pack.members.map(({ hash }, index) => ({ hash, size: sizes[index] ?? 0 })) };
    await putPack(service, alice, { pack: shifted, bytes });
    const paths = [1, 2].map((index) => ({ path: `body.members.${index}.hash` }));
    expect(await confirmPack(service, alice, shifted)).toMatchObject({ details: { fields: paths } });
    await expectNothingStored();
  });

  test('when it was never sent', async () => {
    const { pack } = packOf([ONE, TWO]);
    expect(await confirmPack(service, alice, pack)).toMatchObject({
      code: 'chunks_missing',
      remedy: 'upload-chunks',
      details: { missing: pack.members.map(({ hash }) => hash) },
    });
    await expectNothingStored();
  });

  test('when it is said to be of another size than it is', async () => {
    const built = packOf([ONE, TWO]);
    await putPack(service, alice, built);
    const short = { ...built.pack, size: ONE.length, members: built.pack.members.slice(0, 1) };
    expect(await confirmPack(service, alice, short)).toMatchObject({ code: 'chunks_missing' });
    await expectNothingStored();
  });
});

describe("a stranger's pack gives nothing", () => {
  let built: BuiltPack;
  beforeEach(async () => {
    built = packOf([ONE, TWO]);
    expect(await putPack(service, alice, built)).toBe(200);
  });

  test('to somebody who knows its hash and its members, before and after it is confirmed', async () => {
    expect(await confirmPack(service, mallory, built.pack)).toMatchObject({ code: 'chunks_missing' });
    expect(await holdings(mallory, [ONE, TWO])).toEqual([false, false]);
    expect(await confirmPack(service, alice, built.pack)).toBe('stored');
    expect(await confirmPack(service, mallory, built.pack)).toMatchObject({ code: 'chunks_missing' });
    expect(await holdings(mallory, [ONE, TWO])).toEqual([false, false]);
    expect(await open(mallory, built.pack)).toMatchObject({ status: 'repack' });
  });

  test('and answers as one that is not there', async () => {
    const absent = packOf([THREE, TWO]).pack;
    const [foreign, none] = [
      await confirmPack(service, mallory, built.pack),
      await confirmPack(service, mallory, { ...built.pack, hash: absent.hash }),
    ];
    expect(foreign).toEqual(none);
  });

  test('who has the bytes of its members sends them alone while nobody confirms it', async () => {
    const bob = await join(service, 'bob');
    expect(await putPack(service, bob, built)).toBe(412);
    expect(await confirmPack(service, bob, built.pack)).toMatchObject({
      code: 'chunks_missing',
      remedy: 'upload-chunks',
    });
    const { uploadId } = await initiate(bob, ONE);
    const hashes = [chunkOf(ONE).hash];
    const answer = await service.invoke('checkChunks', { parameters: { uploadId }, body: { hashes } }, bob);
    if (!answer.ok) throw new Error('refused');
    for (const chunk of answer.value.missing) expect(putChunk(service, chunk, ONE)).toBe(200);
    const body = { stored: hashes };
    const told = await service.invoke('checkChunks', { parameters: { uploadId }, body }, bob);
    expect(told).toMatchObject({ value: { held: hashes } });
  });

  test('and who has them proves it once it is confirmed: the proof is checked against the bytes in the pack', async () => {
    await confirmPack(service, alice, built.pack);
    const bob = await join(service, 'bob');
    const { uploadId, prove, missing } = await initiate(bob, TWO);
    expect([missing, prove.map(({ hash }) => hash)]).toEqual([[], [chunkOf(TWO).hash]]);
    const [{ hash, challenge } = { hash: chunkOf(TWO).hash, challenge: '' }] = prove;
    const check = async (bytes: Uint8Array) => {
      const body = { proofs: [{ hash, proof: possessionProof(challenge, bytes) }] };
      return service.invoke('checkChunks', { parameters: { uploadId }, body }, bob);
    };
    expect(await check(ONE)).toMatchObject({ value: { held: [] } });
    expect(await check(built.bytes)).toMatchObject({ value: { held: [] } });
    expect(await holdings(bob, [TWO])).toEqual([false]);
    expect(await check(TWO)).toMatchObject({ value: { held: [hash] } });
    expect(await holdings(bob, [ONE, TWO])).toEqual([false, true]);
  });
});

test('a member that was stored elsewhere while the pack was on its way keeps its first place', async () => {
  const late = packOf([ONE, TWO]);
  expect(await putPack(service, alice, late)).toBe(200);
  const { pack: early } = await storePack(service, mallory, [TWO, THREE]);
  expect(await confirmPack(service, alice, late.pack)).toBe('stored');
  expect(await knowledge(alice, TWO)).toMatchObject({
    held: true,
    record: { objectKey: `packs/shared/${early.hash}`, offset: 0 },
  });
  expect(await holdings(mallory, [ONE, TWO, THREE])).toEqual([false, true, true]);
});

test('of two packs with a common member that are confirmed at the same time, both are stored, and the member lies in one', async () => {
  const packs = [packOf([ONE, TWO]), packOf([TWO, THREE])];
  for (const built of packs) expect(await putPack(service, alice, built)).toBe(200);
  const answers = await Promise.all(packs.map(({ pack }) => confirmPack(service, alice, pack)));
  expect(answers).toEqual(['stored', 'stored']);
  expect(await holdings(alice, [ONE, TWO, THREE])).toEqual([true, true, true]);
  const places = packs.map(({ pack }) => `packs/shared/${pack.hash}`);
  expect(places).toContain((await knowledge(alice, TWO))?.record?.objectKey);
});

test('a member that is stored alone and in a pack is one chunk: the object of its own is where it lies', async () => {
  const { uploads } = await (async () => {
    const answer = await service.invoke(
      'initiateUploads',
      { body: { files: [fileOf(alice.namespaceId, [ONE])] } },
      alice,
    );
    if (!answer.ok) throw new Error('refused');
    return answer.value;
  })();
  const built = packOf([ONE, TWO]);
  expect(await putPack(service, alice, built)).toBe(200);
  for (const { uploadId, missing } of uploads) {
    for (const chunk of missing) expect(putChunk(service, chunk, ONE)).toBe(200);
    const body = { stored: [chunkOf(ONE).hash] };
    await service.invoke('checkChunks', { parameters: { uploadId }, body }, alice);
  }
  expect(await confirmPack(service, alice, built.pack)).toBe('stored');
  expect((await knowledge(alice, ONE))?.record?.objectKey).toBe(`chunks/shared/${chunkOf(ONE).hash}`);
});

describe('with packs wanted', () => {
  const large = new Uint8Array(PACK_MEMBER_BYTES_MAX + 1).fill(1);
  const largest = new Uint8Array(PACK_MEMBER_BYTES_MAX).fill(2);

  test('missing chunks that fit into one are named without a PUT, by initiation and check alike', async () => {
    const file = fileOf(alice.namespaceId, [ONE, large, largest]);
    const answer = await service.invoke('initiateUploads', { body: { packs: true, files: [file] } }, alice);
    if (!answer.ok) throw new Error('refused');
    const [{ uploadId, missing } = { uploadId: '', missing: [] }] = answer.value.uploads;
    const hashes = [ONE, large, largest].map((bytes) => chunkOf(bytes).hash);
    expect(missing.map(({ hash, put }) => [hash, put !== undefined])).toEqual([
      [hashes[0], false],
      [hashes[1], true],
      [hashes[2], false],
    ]);
    const check = async (packs?: boolean) => {
      const body = { hashes, ...(packs === undefined ? {} : { packs }) };
      const checked = await service.invoke('checkChunks', { parameters: { uploadId }, body }, alice);
      if (!checked.ok) throw new Error('refused');
      return checked.value.missing.map(({ put }) => put !== undefined);
    };
    expect(await check(true)).toEqual([false, true, false]);
    expect(await check(false)).toEqual([true, true, true]);
    expect(await check()).toEqual([true, true, true]);
  });

  test('a chunk check tells of a packed member that it is held, without asking for an object of its own', async () => {
    const { uploadId } = await initiate(alice, ONE);
    await storePack(service, alice, [ONE, TWO]);
    const { objects } = service.stores;
    objects.head = () => Promise.reject(new Error('nobody asks'));
    const { hash } = chunkOf(ONE);
    const body = { stored: [hash] };
    const answer = await service.invoke('checkChunks', { parameters: { uploadId }, body }, alice);
    expect(answer).toMatchObject({ value: { held: [hash], progress: { storedBytes: ONE.length } } });
  });
});

test('a pack hash names bytes: another pack under it is not what the store takes', async () => {
  const built = packOf([ONE, TWO]);
  const forged = { ...built, bytes: Buffer.concat([TWO, ONE]) };
  expect(ChunkHash.parse(sha256Hex(forged.bytes))).not.toBe(built.pack.hash);
  expect(await putPack(service, alice, forged)).toBe(400);
});

describe('a pack for files of namespaces', () => {
  const openFor = async (member: Member, namespaceId: Member['namespaceId'], bytes: number) => {
    const body = { ...packOf([ONE, TWO]).pack, destinations: [{ namespaceId, bytes }] };
    const answer = await service.invoke('openPack', { body }, member);
    return answer.ok ? answer.value : answer.problem;
  };

  test('is opened where they are welcome', async () => {
    expect(await openFor(alice, alice.namespaceId, ONE.length + TWO.length)).toMatchObject({ status: 'put' });
  });

  test('counts its chunks as missing, which no upload session does', async () => {
    const missing = () => service.stores.telemetry.counts.get('chunksMissing');
    await openFor(alice, alice.namespaceId, ONE.length + TWO.length);
    expect(missing()).toBe(2);
    await open(alice, packOf([ONE, TWO]).pack);
    expect(missing()).toBe(2);
  });

  test('is refused where there is no room for them, with what there is', async () => {
    await begin({ quotaBytes: 5 });
    expect(await openFor(alice, alice.namespaceId, 6)).toMatchObject({
      code: 'quota_exceeded',
      details: { quotaBytes: 5, usedBytes: 0 },
    });
    expect(await openFor(alice, alice.namespaceId, 5)).toMatchObject({ status: 'put' });
  });

  test('is refused for a namespace of somebody else like for one that does not exist', async () => {
    const foreign = await openFor(mallory, alice.namespaceId, 1);
    expect(foreign).toMatchObject({ code: 'not_found' });
    expect(await openFor(mallory, '00000000000000000000000000' as Member['namespaceId'], 1)).toEqual(foreign);
  });

  test('is refused to whoever may only read there', async () => {
    const { namespaces } = service.stores;
    const readAccess = namespaces.readAccess.bind(namespaces);
    namespaces.readAccess = async (key) => {
      const access = await readAccess(key);
      return access === undefined ? undefined : { ...access, role: 'viewer' };
    };
    expect(await openFor(alice, alice.namespaceId, 1)).toMatchObject({ code: 'forbidden' });
  });
});
