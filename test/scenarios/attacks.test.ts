import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from '@jest/globals';
import { type Cursor, type RouteName, routes } from '@syncline/protocol';
import type { ApiEvent } from '../../lambdas/runtime/api-event.ts';
import { createApiHandler } from '../../lambdas/runtime/create-api-handler.ts';
import { lineTelemetry } from '../../lambdas/runtime/line-telemetry.ts';
import { MemoryClock } from '../../lambdas/runtime/memory-clock.ts';
import { refused } from '../../lambdas/runtime/outcome.ts';
import { fileOf, join, type Member, textBytes } from '../support/in-memory-member.ts';
import { eventOf, InMemoryService, TEST_ISSUER } from '../support/in-memory-service.ts';
import { LinkWorld } from '../support/link-world.ts';
import { describedRoutes, resolve, type Schema } from '../support/openapi-schema.ts';

let service: InMemoryService;
let ann: Member;
let eve: Member;

beforeEach(async () => {
  service = new InMemoryService();
  ann = await join(service, 'ann');
  eve = await join(service, 'eve');
});

/** A request of Ann's whose claims or headers somebody has changed. */
async function askWith(change: { readonly claims?: object; readonly headers?: Readonly<Record<string, string>> }) {
  const event = eventOf(routes.getAccount, ann);
  const claims = { iss: TEST_ISSUER, sub: 'ann', token_use: 'access', ...change.claims };
  const requestContext = { ...event.requestContext, authorizer: { jwt: { claims } } };
  const headers = { ...event.headers, ...change.headers };
  const { statusCode, body } = await service.handle({ ...event, headers, requestContext });
  return { statusCode, accountId: (JSON.parse(body) as { readonly accountId?: string }).accountId };
}

// The signature, `alg`, `exp` and `nbf` are the authorizer's of API Gateway: test/infrastructure/api.test.ts looks how it is set up.
test('an id token, a refresh token and a token of another issuer are no access token of this account', async () => {
  expect(await askWith({})).toEqual({ statusCode: 200, accountId: ann.accountId });
  for (const use of ['id', 'refresh', 'ACCESS', '', 1, ['access']]) {
    expect(await askWith({ claims: { token_use: use } })).toMatchObject({ statusCode: 401 });
  }
  for (const iss of [`${TEST_ISSUER}/`, `${TEST_ISSUER}\0`, 'https://evil.test', 'HTTPS://issuer.memory.test']) {
    const answer = await askWith({ claims: { iss } });
    expect(answer.accountId).not.toBe(ann.accountId);
  }
  for (const sub of [['ann'], { toString: 'ann' }, null, 7]) {
    expect(await askWith({ claims: { sub } })).toMatchObject({ statusCode: 401 });
  }
});

test('nothing that a client writes beside its token makes it somebody else', async () => {
  const forged = {
    authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUifQ.',
    'x-amzn-oidc-identity': 'eve',
    'x-account-id': eve.accountId,
    'x-forwarded-user': 'eve',
    'x-http-method-override': 'DELETE',
    cookie: 'session=eve',
  };
  expect(await askWith({ headers: forged })).toEqual({ statusCode: 200, accountId: ann.accountId });
  expect(
    await askWith({ claims: { accountId: eve.accountId, 'cognito:username': 'eve', email: 'eve@x.test' } }),
  ).toEqual({
    statusCode: 200,
    accountId: ann.accountId,
  });
});

test('a cursor or a page of somebody else, of another listing, or with any changed character opens nothing', async () => {
  const { namespaceId } = ann;
  const tree = await service.invoke('listTree', { query: { namespaceId } }, ann);
  const cursor = tree.ok ? tree.value.cursor : ('' as Cursor);
  expect((await service.invoke('listChanges', { query: { cursor } }, ann)).ok).toBe(true);
  const refusal = { ok: false, problem: { code: 'cursor_reset' } };
  expect(await service.invoke('listChanges', { query: { cursor } }, eve)).toMatchObject(refusal);
  for (let at = 0; at < cursor.length; at++) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    const forged = `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}` as Cursor;
    const answer = await service.invoke('listChanges', { query: { cursor: forged } }, ann);
    // The last character of a base64url text has bits that mean nothing.
    if (!answer.ok) expect(answer).toMatchObject(refusal);
    else expect([cursor.length - 1, cursor.indexOf('.') - 1]).toContain(at);
  }
  const page = await service.invoke('listTree', { query: { namespaceId, page: cursor } }, ann);
  expect(page).toMatchObject({ ok: false, problem: { code: 'invalid_request' } });
});

const withBody = describedRoutes.filter(({ body }) => body !== undefined);

test('every object that a request may have is closed, on all levels', () => {
  const open: string[] = [];
  const visit = (schema: Schema, at: string): void => {
    const known = resolve(schema);
    if (known.type === 'object' && known.additionalProperties !== false) open.push(at);
    for (const [name, inner] of Object.entries(known.properties ?? {})) visit(inner, `${at}.${name}`);
    for (const inner of known.anyOf ?? known.oneOf ?? []) visit(inner, at);
    if (known.items !== undefined && known.items !== false) visit(known.items, `${at}[]`);
  };
  for (const { name, body } of withBody) visit(body ?? {}, name);
  expect([withBody.length > 15, open]).toEqual([true, []]);
});

test.each(withBody.filter(({ body }) => resolve(body ?? {}).type === 'object').map(({ name }) => name as RouteName))(
  '%s refuses a field that the contract does not know by its name',
  async (name) => {
    const body = JSON.stringify({ accountIdOfSomebody: eve.accountId, isAdmin: true });
    const { statusCode, body: text } = await service.handle({ ...eventOf(routes[name], ann), body });
    expect([statusCode, text]).toEqual([
      400,
      expect.stringContaining('"path":"body.isAdmin","message":"is not known"'),
    ]);
  },
);

test('a body that is compressed is not opened, whatever its headers say', async () => {
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024)).toString('base64');
  const event = eventOf(routes.commit, ann);
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'identity', 'gzip, gzip']) {
    const headers = { ...event.headers, 'content-encoding': encoding };
    const { statusCode } = await service.handle({ ...event, headers, body: bomb, isBase64Encoded: true });
    expect([encoding, statusCode]).toEqual([encoding, 400]);
  }
});

test('headers about the length, the coding and the host of a message change nothing', async () => {
  const odd: readonly Readonly<Record<string, string>>[] = [
    { 'content-length': '0' },
    { 'content-length': '5, 500' },
    { 'transfer-encoding': 'chunked' },
    { 'transfer-encoding': 'chunked', 'content-length': '3' },
    { host: 'evil.test' },
    { host: 'evil.test\r\nx: y', 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' },
    { connection: 'x-device-id', upgrade: 'h2c', expect: '100-continue' },
  ];
  const body = JSON.stringify({ files: [fileOf(ann.namespaceId, [textBytes('bytes')])] });
  const event: ApiEvent = { ...eventOf(routes.initiateUploads, ann), body };
  const plain = await service.handle(event);
  for (const headers of odd) {
    const { statusCode, body: text } = await service.handle({ ...event, headers: { ...event.headers, ...headers } });
    expect(statusCode).toBe(plain.statusCode);
    expect(text).not.toContain('evil');
  }
});

test('whoever tries passwords cannot choose the address by which tries are counted', async () => {
  const { world, ann: maker } = await LinkWorld.open();
  const node = await world.putChunks(maker, 'secret.txt', [textBytes('secret')]);
  const { token } = await world.link(maker, node, { password: 'open sesame' });
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    const event = eventOf(routes.getLinkContent, { password: `guess ${attempt}`, address: '198.51.100.9' });
    const address = `203.0.113.${attempt}`;
    const headers = { ...event.headers, 'x-forwarded-for': address, 'x-viewer-address': address, 'x-real-ip': address };
    const { statusCode } = await world.service.handle({ ...event, headers, pathParameters: { token } });
    statuses.push(statusCode);
  }
  expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429]);
});

test('nothing that a client writes begins, ends or colours a line of the log', async () => {
  const written: string[] = [];
  const telemetry = lineTelemetry({ stage: 'prod', write: (line) => written.push(line) });
  const accounts = { getDevice: async () => undefined, hasSignInEnded: async () => false };
  const handler = createApiHandler<'getAccount'>({ clock: new MemoryClock(), telemetry, accounts }, routes, {
    getAccount: async () => refused('conflict', 'a \u001b[31m name\r\n{"level":"ERROR"} of a file'),
  });
  const event = eventOf(routes.getAccount, { subject: 'ann' });
  const evil = 'canary\r\n{"level":"ERROR","message":"forged"}\u001b[2J\u0000\u2028';
  const names = [
    'x-request-id',
    'x-device-id',
    'user-agent',
    'authorization',
    'referer',
    'x-link-password',
    'cookie',
    'host',
  ];
  for (const name of names) await handler({ ...event, headers: { [name]: evil } });
  await handler({ ...event, queryStringParameters: { q: evil }, pathParameters: { nodeId: evil }, body: evil });
  await handler({ ...event, routeKey: `GET /${evil}` });
  expect(written).toHaveLength(2 * (names.length + 2));
  for (const line of written) {
    expect(line).toMatch(/^\{[^\r\n\u0000-\u001f\u2028]*\}\n$/);
    expect(line).not.toMatch(/canary|forged|a file/);
  }
});

test('no pattern of the contract repeats what repeats, so that none takes long over any text', () => {
  const patterns = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'pattern' && typeof inner === 'string') patterns.add(inner);
      visit(inner);
    }
  };
  visit(describedRoutes);
  expect(patterns.size).toBeGreaterThan(4);
  for (const pattern of patterns) expect(pattern).not.toMatch(/[+*]\)[+*{]/);
});
