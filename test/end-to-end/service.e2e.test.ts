import { createHmac, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation, OperationResult } from '@syncline/protocol';
import {
  type ApiDevice,
  chunkOf,
  fileOf,
  newEmail,
  newId,
  newOpId,
  openApiDevice,
  putOperation,
  putSigned,
  readJournal,
  uploadBytes,
  valueOf,
} from '../support/api-device.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { withTokenLife } from '../support/token-life.ts';

let ada: ApiDevice;
let mallory: ApiDevice;

beforeAll(async () => {
  const { apiUrl } = sharedStack();
  ada = await openApiDevice({ apiUrl, email: newEmail() });
  mallory = await openApiDevice({ apiUrl, email: newEmail() });
});

async function cursorOf(device: ApiDevice): Promise<string> {
  return valueOf(await device.api.getCursor()).cursor;
}

/** Times that a crowded namespace may answer `retry` before a test gives up. */
const RETRIES_MAX = 20;

/** Commits one operation, and obeys the remedy `retry` with the same request, as every client does. */
async function commitOne(device: ApiDevice, operation: Operation): Promise<OperationResult> {
  for (let tries = 0; ; tries++) {
    const [result] = valueOf(await device.api.commit({ body: { operations: [operation] } })).results;
    if (result === undefined) throw new Error('an operation is answered');
    if (result.status !== 'error' || result.error.remedy !== 'retry' || tries === RETRIES_MAX) return result;
  }
}

describe('a hash is not a key', () => {
  const secret = randomBytes(100_000);

  beforeAll(async () => {
    const uploadId = await uploadBytes(ada, secret);
    expect(await commitOne(ada, putOperation(ada, { name: 'secret.bin', uploadId }))).toMatchObject({
      status: 'committed',
    });
  });

  test('who knows only the hash is challenged, and gets nothing without a proof or with a wrong one', async () => {
    const { uploads } = valueOf(await mallory.api.initiateUploads({ body: { files: [fileOf(mallory, secret)] } }));
    const [upload] = uploads;
    expect(upload?.missing).toEqual([]);
    expect(upload?.prove).toHaveLength(1);
    const uploadId = upload?.uploadId ?? '';
    const cursor = await cursorOf(mallory);
    const { hash } = chunkOf(secret);

    const unproven = await commitOne(mallory, putOperation(mallory, { name: 'stolen.bin', uploadId }));
    expect(unproven).toMatchObject({ status: 'error', error: { code: 'chunks_missing', remedy: 'upload-chunks' } });
    const checked = valueOf(
      await mallory.api.checkChunks({
        parameters: { uploadId },
        body: { proofs: [{ hash, proof: 'ab'.repeat(32) }], stored: [hash] },
      }),
    );
    expect(checked.held).toEqual([]);
    const wrong = await commitOne(mallory, putOperation(mallory, { name: 'stolen.bin', uploadId }));
    expect(wrong).toMatchObject({ status: 'error', error: { code: 'chunks_missing' } });
    expect(await readJournal(mallory, cursor)).toEqual([]);
  });

  test('who has the bytes proves it, sends no byte, and can commit', async () => {
    const { uploads } = valueOf(await mallory.api.initiateUploads({ body: { files: [fileOf(mallory, secret)] } }));
    const challenge = uploads[0]?.prove[0];
    const uploadId = uploads[0]?.uploadId;
    if (challenge === undefined || uploadId === undefined) throw new Error('a challenge is answered');
    const proof = createHmac('sha256', Buffer.from(challenge.challenge, 'hex')).update(secret).digest('hex');
    const checked = valueOf(
      await mallory.api.checkChunks({ parameters: { uploadId }, body: { proofs: [{ hash: challenge.hash, proof }] } }),
    );
    expect(checked.held).toEqual([challenge.hash]);
    const result = await commitOne(mallory, putOperation(mallory, { name: 'mine too.bin', uploadId }));
    expect(result).toMatchObject({ status: 'committed' });
  });

  test("another account's nodes answer as if they did not exist, and give no address", async () => {
    const uploadId = await uploadBytes(ada, randomBytes(50));
    const result = await commitOne(ada, putOperation(ada, { name: 'only.txt', uploadId }));
    if (result.status !== 'committed') throw new Error('the put is committed');
    const { nodeId, namespaceId } = result.node;
    const foreign = await mallory.request('GET', `/v1/nodes/${nodeId}/content?namespaceId=${namespaceId}`);
    const absent = await mallory.request('GET', `/v1/nodes/${newId()}/content?namespaceId=${newId()}`);
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
    expect(JSON.stringify(foreign.body)).not.toContain('http://127.0.0.1');
    const commit = await commitOne(mallory, { ...putOperation(mallory, { name: 'x', uploadId }), namespaceId });
    expect(commit).toMatchObject({ status: 'error', error: { code: 'not_found' } });
    const session = await commitOne(mallory, putOperation(mallory, { name: 'x', uploadId }));
    expect(session).toMatchObject({ status: 'error', error: { code: 'upload_expired' } });
  });
});

describe('the store', () => {
  test('refuses bytes that do not hash to their key, another length, and a second object', async () => {
    const bytes = randomBytes(5000);
    const { uploads } = valueOf(await ada.api.initiateUploads({ body: { files: [fileOf(ada, bytes)] } }));
    const put = uploads[0]?.missing[0]?.put;
    if (put === undefined) throw new Error('a new chunk is missing');
    expect(await putSigned(put, randomBytes(5000))).toBe(400);
    expect(await putSigned(put, bytes.subarray(1))).toBe(403);
    expect(await putSigned(put, bytes)).toBe(200);
    expect(await putSigned(put, bytes)).toBe(412);
  });

  test('a commit that names an absent chunk is answered chunks_missing and changes nothing', async () => {
    const bytes = randomBytes(3000);
    const { uploads } = valueOf(await ada.api.initiateUploads({ body: { files: [fileOf(ada, bytes)] } }));
    const cursor = await cursorOf(ada);
    const operation = putOperation(ada, { name: 'absent.bin', uploadId: uploads[0]?.uploadId ?? '' });
    expect(await commitOne(ada, operation)).toMatchObject({
      status: 'error',
      error: { code: 'chunks_missing', details: { missing: [chunkOf(bytes).hash] } },
    });
    expect(await readJournal(ada, cursor)).toEqual([]);
  });
});

describe('many writers', () => {
  test('32 writers on one file: one winner per base revision, every losing edit reachable, no gap in the journal', async () => {
    const writer = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
    const first = await uploadBytes(writer, randomBytes(100));
    const base = await commitOne(writer, putOperation(writer, { name: 'raced.txt', uploadId: first }));
    if (base.status !== 'committed') throw new Error('the base is committed');
    const cursor = await cursorOf(writer);
    const edits = await Promise.all(
      Array.from({ length: 32 }, async (_, index) => {
        const bytes = randomBytes(100 + index);
        return { hash: fileOf(writer, bytes).contentHash, uploadId: await uploadBytes(writer, bytes) };
      }),
    );
    const operations = edits.map(({ uploadId }) =>
      putOperation(writer, { name: 'raced.txt', uploadId, nodeId: base.node.nodeId, baseRev: base.node.rev }),
    );

    const results = await Promise.all(operations.map((operation) => commitOne(writer, operation)));

    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 'committed'));
    const winners = results.filter(
      (result) => result.status === 'committed' && result.node.nodeId === base.node.nodeId,
    );
    expect(winners).toHaveLength(1);
    const changes = await readJournal(writer, cursor);
    expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, index) => base.seq + 1 + index));
    const { nodes } = valueOf(await writer.api.listTree({ query: {} }));
    expect(new Set(nodes.map(({ contentHash }) => contentHash))).toEqual(new Set(edits.map(({ hash }) => hash)));
  });

  test('32 writers on one namespace, every request sent twice: same answers, one entry each', async () => {
    const writer = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
    const cursor = await cursorOf(writer);
    const operations = Array.from({ length: 32 }, (_, index) => ({
      type: 'mkdir' as const,
      opId: newOpId(),
      namespaceId: writer.account.homeNamespaceId,
      parentId: writer.account.homeNamespaceId as never,
      name: `folder ${index}`,
    }));
    const send = (operation: Operation) => commitOne(writer, operation);

    const answers = await Promise.all(operations.map((operation) => Promise.all([send(operation), send(operation)])));
    const later = await Promise.all(operations.map(send));

    answers.forEach(([once, twice], index) => {
      expect(once).toMatchObject({ status: 'committed' });
      expect(twice).toEqual(once);
      expect(later[index]).toEqual(once);
    });
    const changes = await readJournal(writer, cursor);
    expect(changes).toHaveLength(32);
    expect(new Set(changes.map(({ seq }) => seq)).size).toBe(32);
  });
});

describe('bad input is refused with a clear error and changes nothing', () => {
  let cursor: string;
  const mkdir = (change: object) => ({
    operations: [
      {
        type: 'mkdir',
        opId: newOpId(),
        namespaceId: ada.account.homeNamespaceId,
        parentId: ada.account.homeNamespaceId,
        name: 'refused',
        ...change,
      },
    ],
  });

  beforeAll(async () => {
    cursor = await cursorOf(ada);
  });

  test.each([
    ['malformed JSON', () => ({ raw: '{"operations": [' })],
    ['a body that is no object', () => ({ raw: '[]' })],
    ['an unknown field', () => ({ body: mkdir({ surprise: true }) })],
    ['a missing field', () => ({ body: mkdir({ name: undefined }) })],
    ['a name with a slash', () => ({ body: mkdir({ name: '../etc' }) })],
    ['a name of two dots', () => ({ body: mkdir({ name: '..' }) })],
    ['a name with NUL', () => ({ body: mkdir({ name: 'a\u0000b' }) })],
    ['half a surrogate pair', () => ({ raw: JSON.stringify(mkdir({ name: 'HALF' })).replace('HALF', '\\ud800') })],
    ['a name of 256 bytes', () => ({ body: mkdir({ name: 'x'.repeat(256) }) })],
    ['an id that is none', () => ({ body: mkdir({ parentId: 'root' }) })],
    ['no operations', () => ({ body: { operations: [] } })],
    ['201 operations', () => ({ body: { operations: Array.from({ length: 201 }, () => mkdir({}).operations[0]) } })],
    ['JSON nested 100 deep', () => ({ raw: `${'{"a":'.repeat(100)}1${'}'.repeat(100)}` })],
  ])('%s', async (_, make) => {
    const { status, body } = await ada.request('POST', '/v1/commits', make());
    expect({ status, code: body['code'], remedy: body['remedy'] }).toEqual({
      status: 400,
      code: 'invalid_request',
      remedy: 'fix-request',
    });
    expect(body['detail']).toEqual(expect.stringMatching(/.{10}/));
  });

  test('a batch of a million entries is too large, and the limit is named', async () => {
    const raw = `{"operations":[${'{},'.repeat(1_000_000)}{}]}`;
    const { status, body } = await ada.request('POST', '/v1/commits', { raw });
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'too_large', details: { max: 2_000_000 } });
  });

  test('a folder cannot be moved into itself or below itself', async () => {
    const device = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
    const namespaceId = device.account.homeNamespaceId;
    const [outer, inner] = [newId(), newId()] as never[];
    const folders = [
      {
        type: 'mkdir' as const,
        opId: newOpId(),
        namespaceId,
        parentId: namespaceId as never,
        name: 'outer',
        newNodeId: outer as never,
      },
      {
        type: 'mkdir' as const,
        opId: newOpId(),
        namespaceId,
        parentId: outer as never,
        name: 'inner',
        newNodeId: inner as never,
      },
    ];
    valueOf(await device.api.commit({ body: { operations: folders } }));
    const before = await cursorOf(device);
    for (const parentId of [outer, inner]) {
      const move = {
        type: 'move' as const,
        opId: newOpId(),
        namespaceId,
        nodeId: outer as never,
        baseRev: 1,
        parentId: parentId as never,
        name: 'outer',
      };
      const { results } = valueOf(await device.api.commit({ body: { operations: [move] } }));
      expect(results[0]).toMatchObject({ status: 'error', error: { code: 'invalid_request' } });
    }
    expect(await readJournal(device, before)).toEqual([]);
  });

  test.each([
    ['forged', async () => `${(await cursorOf(ada)).slice(0, -4)}AAAA`],
    ['garbage', async () => 'garbage'],
    ['foreign', async () => cursorOf(mallory)],
  ])('a %s cursor is answered with a reset', async (_, make) => {
    const answer = await ada.api.listChanges({ query: { cursor: await make() } });
    expect(answer).toMatchObject({ ok: false, problem: { code: 'cursor_reset', remedy: 'reset-cursor', status: 409 } });
  });

  test('no token, a tampered token and a token that is none are refused', async () => {
    const [header, payload] = ada.accessToken.split('.');
    for (const authorization of ['', 'Bearer x', `Bearer ${header}.${payload}.AAAA`, `Bearer ${ada.accessToken}x`]) {
      const { status } = await ada.request('GET', '/v1/account', { headers: { authorization } });
      expect(status).toBe(401);
    }
  });

  test('an expired token is refused', async () => {
    const { apiUrl } = sharedStack();
    const device = await withTokenLife(sharedStack(), 4, () => openApiDevice({ apiUrl, email: newEmail() }));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const { status } = await device.request('GET', '/v1/account');
    expect(status).toBe(401);
  });

  test("a request without a device, or with another account's device, cannot commit", async () => {
    for (const device of ['', newId(), mallory.deviceId, 'not an id']) {
      const { status } = await ada.request('POST', '/v1/commits', {
        body: mkdir({}),
        headers: { 'x-device-id': device },
      });
      expect([400, 401, 403]).toContain(status);
    }
  });

  test('after all of this the journal has not moved', async () => {
    expect(await readJournal(ada, cursor)).toEqual([]);
  });
});
