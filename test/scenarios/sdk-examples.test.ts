import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiClient, createFetchTransport, systemClock, type TransferDependencies } from '@syncline/client';
import { DeviceId, encodeUlid, formatInstant, type NamespaceId, type Node, rootNodeId } from '@syncline/protocol';
import { followTask } from '../../lambdas/search/follow-task.ts';
import { HttpService } from '../support/http-service.ts';
import * as examples from '../support/sdk-examples.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DOCUMENT = readFileSync(join(ROOT, 'docs', 'SDK.md'), 'utf8');
const SOURCE = readFileSync(join(ROOT, 'test', 'support', 'sdk-examples.ts'), 'utf8');
/** Rounds after which the index has nothing left to follow. */
const ROUNDS_MAX = 20;

const { valueOf } = examples;
const service = new HttpService();
let ada: TransferDependencies;
let bob: TransferDependencies;
let home: NamespaceId;

beforeAll(async () => {
  await service.start();
  ada = await connect('ada@example.com');
  bob = await connect('bob@example.com');
  home = valueOf(await ada.api.getAccount()).homeNamespaceId;
});
afterAll(() => service.stop());

function connect(email: string): Promise<TransferDependencies> {
  return examples.connect(service.url, { email, password: 'any password' });
}

function store(name: string, text: string, over?: Node): Promise<Node> {
  const place = { namespaceId: home, parentId: rootNodeId(home), name, ...(over === undefined ? {} : { over }) };
  return examples.storeFile(ada, place, new TextEncoder().encode(text));
}

async function textOf(node: Node, rev?: number): Promise<string> {
  return new TextDecoder().decode(await examples.readFile(ada, node, rev));
}

test('the page shows the examples word for word, and all of them', () => {
  const blocks = [...DOCUMENT.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block);
  const parts = blocks.flatMap((block) => block.split(/\n(?=\/\*\*|export )/)).map((part) => part.trim());
  for (const part of parts) expect(SOURCE).toContain(part);
  for (const name of Object.keys(examples)) expect(blocks.join('\n')).toContain(`function ${name}`);
});

test('a file is stored, read, edited, and set back to its first content', async () => {
  const first = await store('plan.txt', 'first');
  const second = await store('plan.txt', 'second', first);
  expect(second.nodeId).toBe(first.nodeId);
  expect(await textOf(second)).toBe('second');
  expect(await textOf(second, first.rev)).toBe('first');
  expect(await textOf(await examples.goBackToFirst(ada.api, second))).toBe('first');
});

test('what is refused is told by its text, its code and its remedy', async () => {
  const nobody = DeviceId.parse(encodeUlid(new Uint8Array(16)));
  const answer = await ada.api.unlinkDevice({ parameters: { deviceId: nobody }, query: {} });
  expect(() => valueOf(answer)).toThrow('there is no such device (not_found: resync)');
});

test('a folder is shared, joined, and its members are made viewers', async () => {
  const { namespaceId, token } = await examples.shareFolder(ada.api, 'team');
  const mount = await examples.joinFolder(bob.api, token);
  expect(mount).toMatchObject({ kind: 'mount', mountedNamespaceId: namespaceId });
  const { accountId } = valueOf(await bob.api.getAccount());
  expect(await examples.makeEveryoneViewer(ada.api, namespaceId)).toEqual([accountId]);
  const place = { namespaceId, parentId: rootNodeId(namespaceId), name: 'not allowed.txt' };
  await expect(examples.storeFile(bob, place, new Uint8Array(1))).rejects.toThrow();
});

test('a link is followed with its password, and has ended once it is revoked', async () => {
  const token = await examples.linkTo(ada.api, await store('shown.txt', 'shown'), 'a password');
  const tokens = { current: async () => undefined, renew: async () => undefined };
  const deviceId = DeviceId.parse(encodeUlid(new Uint8Array(16)));
  const base = { baseUrl: service.url, transport: createFetchTransport(), clock: systemClock, random: Math.random };
  const visitor = createApiClient({ ...base, tokens, deviceId });
  expect(await examples.followLink(visitor, token, 'a password')).toContain('it shows shown.txt');
  await expect(examples.followLink(visitor, token, 'another')).rejects.toThrow('password');
  expect(await examples.revokeAllLinks(ada.api)).toBe(1);
  expect(await examples.followLink(visitor, token, 'a password')).toBe('it has ended: revoked');
});

test('what was deleted comes back, and a folder is set back to a time that was tried out before', async () => {
  const node = await store('kept.txt', 'kept');
  expect(await examples.deleteAndRestore(ada.api, node)).toMatchObject({ name: 'kept.txt', rev: 3 });
  const at = formatInstant(systemClock.now());
  await systemClock.sleep(5);
  await store('too much.txt', 'too much');
  const folder = { namespaceId: home, nodeId: rootNodeId(home) };
  const told = await examples.goBackTo(ada.api, folder, { at, dryRun: true });
  expect(told).toEqual(['delete /too much.txt']);
  expect(await examples.goBackTo(ada.api, folder, { at, dryRun: false })).toEqual(told);
  const acts = await examples.lastActs(ada.api, home);
  expect(acts.slice(0, 2)).toEqual([
    expect.stringMatching(/ deleted too much\.txt$/),
    expect.stringMatching(/ created too much\.txt$/),
  ]);
});

test('a device that was unlinked does nothing more', async () => {
  const lost = await connect('ada@example.com');
  const { devices } = valueOf(await ada.api.listDevices());
  const [{ deviceId } = { deviceId: undefined }] = devices.filter(({ revokedAt }) => revokedAt === undefined).slice(-1);
  expect(deviceId).toBeDefined();
  await ada.api.renameDevice({ parameters: { deviceId: deviceId ?? '' }, body: { name: 'lost' } });
  expect(await examples.unlinkLost(ada.api, 'lost')).toBe(1);
  expect(await lost.api.listTree({ query: {} })).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
  expect(await ada.api.listTree({ query: {} })).toMatchObject({ ok: true });
});

test('usage and retention are told', async () => {
  expect(await examples.describeUsage(ada.api)).toMatch(/^\d+ bytes, 0 % of the quota; \d+ in the trash, .* 30 days$/);
  expect(await examples.lossOfRetention(ada.api, home, 1)).toBe(0);
});

test('what a name says is found', async () => {
  const { namespaces, index, indexProgress: progress, indexQueue: queue, telemetry: meter } = service.service.stores;
  await queue.send([{ kind: 'journal', namespaceId: home }]);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const task of queue.takeTasks()) await followTask({ namespaces, index, progress, queue, meter }, task);
  }
  expect(await examples.findAll(ada.api, 'plan')).toEqual(['/plan.txt']);
});
