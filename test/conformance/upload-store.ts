import { beforeAll, expect, test } from '@jest/globals';
import { AccountId, DeviceId, epochMs, NamespaceId, UploadId } from '@syncline/protocol';
import type { UploadSession, UploadStore } from '../../lambdas/uploads/upload-store.ts';
import { contentHashOf, freshId } from './namespace-fixture.ts';

const EXPIRES_AT = epochMs(Date.UTC(2026, 0, 2));

function newSession(given: Partial<UploadSession> = {}): UploadSession {
  return {
    uploadId: UploadId.parse(freshId()),
    accountId: AccountId.parse(freshId()),
    deviceId: DeviceId.parse(freshId()),
    namespaceId: NamespaceId.parse(freshId()),
    domain: 'shared',
    size: 5_000_000_000,
    contentHash: contentHashOf('content'),
    chunking: 'fixed-4m',
    chunkCount: 9,
    manifest: new Uint8Array(9 * 36).fill(3),
    confirmed: new Uint8Array([0, 0]),
    version: 1,
    expiresAt: EXPIRES_AT,
    ...given,
  };
}

/** What every UploadStore must do. */
export function describeUploadStore(make: () => Promise<UploadStore>): void {
  let uploads: UploadStore;
  beforeAll(async () => {
    uploads = await make();
  });
  const getOne = async (uploadId: UploadId) => (await uploads.get([uploadId])).get(uploadId);

  test('sessions are found by id, whole, and others are absent', async () => {
    const { manifest: _long, ...long } = newSession({ chunkCount: 16_384, confirmed: new Uint8Array(2048).fill(255) });
    const empty = newSession({ size: 0, chunkCount: 0, manifest: new Uint8Array(0), confirmed: new Uint8Array(0) });
    const sessions = [newSession(), long, empty];
    await uploads.create(sessions);
    const found = await uploads.get([...sessions.map(({ uploadId }) => uploadId), UploadId.parse(freshId())]);
    expect(found).toEqual(new Map(sessions.map((session) => [session.uploadId, session])));
  });

  test('as many sessions are made and read at once as one request opens', async () => {
    const sessions = Array.from({ length: 100 }, () => newSession());
    await uploads.create(sessions);
    const found = await uploads.get(sessions.map(({ uploadId }) => uploadId));
    expect(found).toEqual(new Map(sessions.map((session) => [session.uploadId, session])));
  });

  test('an expired session is told as well, and lives to the end of its second', async () => {
    const session = newSession({ expiresAt: epochMs(1_000_500) });
    await uploads.create([session]);
    expect(await getOne(session.uploadId)).toEqual({ ...session, expiresAt: 1_001_000 });
  });

  test('bits are confirmed over the version that was read, and over no other', async () => {
    const session = newSession();
    const { uploadId } = session;
    await uploads.create([session]);
    const [first, second] = [new Uint8Array([128, 0]), new Uint8Array([255, 128])];
    expect(await uploads.confirm({ uploadId, version: 1, confirmed: first })).toBe(true);
    expect(await getOne(uploadId)).toEqual({ ...session, confirmed: first, version: 2 });
    expect(await uploads.confirm({ uploadId, version: 1, confirmed: second })).toBe(false);
    expect(await uploads.confirm({ uploadId, version: 3, confirmed: second })).toBe(false);
    expect(await getOne(uploadId)).toEqual({ ...session, confirmed: first, version: 2 });
    expect(await uploads.confirm({ uploadId, version: 2, confirmed: second })).toBe(true);
  });

  test('of 16 callers who confirm one version one wins', async () => {
    const { uploadId, ...rest } = newSession();
    await uploads.create([{ uploadId, ...rest }]);
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        uploads.confirm({ uploadId, version: 1, confirmed: new Uint8Array([n, 0]) }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await getOne(uploadId))?.confirmed).toEqual(new Uint8Array([answers.indexOf(true), 0]));
  });

  test('a session that is not there is not confirmed, nor made by it', async () => {
    const uploadId = UploadId.parse(freshId());
    expect(await uploads.confirm({ uploadId, version: 1, confirmed: new Uint8Array(1) })).toBe(false);
    expect(await getOne(uploadId)).toBeUndefined();
  });

  test('bits that a caller has read are his own', async () => {
    const session = newSession();
    await uploads.create([session]);
    (await getOne(session.uploadId))?.confirmed.fill(255);
    expect((await getOne(session.uploadId))?.confirmed).toEqual(new Uint8Array([0, 0]));
  });
}
