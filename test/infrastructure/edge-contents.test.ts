import { createHash, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deriveContentKey, publicContentKey } from '../../lambdas/chunks/content-key.ts';
import { MemoryKeyRing } from '../../lambdas/runtime/memory-key-ring.ts';
import type { FunctionName } from '../../lib/functions.ts';
import { SECRET } from '../support/aws-stand-in.ts';
import { ContentDistribution } from '../support/content-distribution.ts';
import { DeployedDay } from '../support/deployed-day.ts';
import { DeployedService } from '../support/deployed-service.ts';
import { deployedFunctions } from './deployed-functions.ts';
import { synthesise } from './synthesised.ts';

const CONTENTS = { CONTENT_URL: 'https://contents.example.test', CONTENT_KEY: '2', CONTENT_KEY_ID: 'K2' };
const NEEDED: readonly FunctionName[] = [
  'account',
  'devices',
  'upload-initiate',
  'chunk-check',
  'pack-upload',
  'commit',
  'content-read',
  'links',
  'link-read',
];

const deployed = deployedFunctions(synthesise('prod', { contents: 'cloudfront' }));
const service = new DeployedService({
  allowed: new Map([...deployed.values()].map(({ name, allowed }) => [name, allowed])),
});
const day = new DeployedDay(service);
let distribution: ContentDistribution;

beforeAll(async () => {
  Object.assign(process.env, CONTENTS);
  await service.start(NEEDED);
  const keyRing = new MemoryKeyRing({ secret: Buffer.from(SECRET) });
  const publicKey = createPublicKey(publicContentKey(await deriveContentKey({ keyRing }, 2)));
  distribution = new ContentDistribution({
    url: CONTENTS.CONTENT_URL,
    keys: new Map([['K2', publicKey]]),
    now: () => Date.now() / 1000,
    read: async (key, [first, last] = [0, Number.MAX_SAFE_INTEGER]) =>
      service.aws.objects.get(key)?.bytes.subarray(first, last + 1),
  });
}, 60_000);
afterAll(async () => {
  for (const name of Object.keys(CONTENTS)) Reflect.deleteProperty(process.env, name);
  await service.stop();
});

test('files are read through CloudFront, each chunk of a pack alone, by a function that may not read them itself', async () => {
  const ann = await day.join('ann');
  const alone = await day.file(ann, 'note.txt', 'hello');
  const packed = await day.longFile(ann, 'long.bin');
  for (const nodeId of [alone, packed]) {
    const { chunks } = await day.must('getContent', { parameters: { nodeId }, query: {} }, ann);
    expect(chunks.length > 50).toBe(nodeId === packed);
    for (const { url, range, hash } of chunks.slice(0, 20)) {
      expect(url.startsWith(`${CONTENTS.CONTENT_URL}/${range === undefined ? 'chunks' : 'packs'}/`)).toBe(true);
      const headers = range === undefined ? {} : { range: `bytes=${range.join('-')}` };
      const { status, bytes } = await distribution.get({ url, headers });
      expect([status, createHash('sha256').update(bytes).digest('hex')]).toEqual([
        range === undefined ? 200 : 206,
        hash,
      ]);
      if (range === undefined) continue;
      const whole = await Promise.all(
        [{}, { range: 'bytes=0-' }].map((other) => distribution.get({ url, headers: other })),
      );
      expect(whole.map((answer) => answer.status)).toEqual([403, 403]);
    }
  }
  const called = [...(service.aws.called.get('content-read') ?? [])].filter((line) => line.startsWith('s3:'));
  expect(called.filter((line) => !line.includes('/manifests/'))).toEqual([]);
  expect([...service.aws.refused]).toEqual([]);
});

test('a link leads to CloudFront with the name of the file', async () => {
  const bob = await day.join('bob');
  const nodeId = await day.file(bob, 'plan.txt', 'a plan');
  const { token } = await day.must('createLink', { body: { role: 'view', namespaceId: bob.namespaceId, nodeId } }, bob);
  const { headers } = await day.ask('downloadLink', { parameters: { token }, query: {} }, { address: '198.51.100.7' });
  const url = headers['location'] ?? '';
  expect(new URL(url).searchParams.get('response-content-disposition')).toContain('plan.txt');
  const { status, bytes } = await distribution.get({ url });
  expect([status, Buffer.from(bytes).toString()]).toEqual([200, 'a plan']);
  expect((await distribution.get({ url: url.replace('plan.txt', 'plan.htm') })).status).toBe(403);
});
