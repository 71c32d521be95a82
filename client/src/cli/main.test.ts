import { type ChildProcess, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type ChunkRef, packManifest } from '@syncline/protocol';
import { type Fault, type LoopbackRequest, LoopbackService, problem, sha256 } from '../../test/loopback-service.ts';
import { makeHome, makeSignedInHome, runCli } from '../../test/run-cli.ts';
import { EXIT_CODES } from './exit-codes.ts';

const id = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const place = { namespaceId: id, nodeId: id, parentId: id, placeRev: 1, modifiedAt: '2026-01-31T17:45:02.000Z' };
/** Each test starts processes; on a busy machine that takes its time. */
jest.setTimeout(60_000);

let service: LoopbackService;
let home: string;

beforeEach(async () => {
  service = new LoopbackService();
  await service.start();
  home = await makeSignedInHome(service);
});
afterEach(async () => {
  await service.stop();
  await rm(home, { recursive: true });
});

/** Answers for what the loopback service does not know, by the beginning of `METHOD path`. */
function answer(answers: Readonly<Record<string, Fault>>): void {
  service.fault = (request: LoopbackRequest) => {
    const key = Object.keys(answers).find((start) => `${request.method} ${request.url}`.startsWith(start));
    return key === undefined ? undefined : answers[key];
  };
}
const ok = (body: unknown): Fault => ({ status: 200, body: JSON.stringify(body) });

/** A file of the account, with its content in the store. */
function publish(name: string, parts: readonly Buffer[]): Fault {
  const chunks = parts.map((part) => service.plant(part));
  const contentHash = sha256(packManifest(chunks));
  service.publish(id, chunks, contentHash);
  const size = chunks.reduce((sum, chunk: ChunkRef) => sum + chunk.size, 0);
  return ok({ node: { ...place, name, kind: 'file', rev: 5, contentRev: 3, size, contentHash } });
}

test('the version is told, of the package that is published', async () => {
  const text = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  expect(await runCli(['--version'], { home })).toMatchObject({ code: EXIT_CODES.ok, stdout: `${version}\n` });
  const told = await runCli(['--version', '--json'], { home });
  expect(JSON.parse(told.stdout)).toEqual({ version });
});

test.each([
  [['nonsense'], EXIT_CODES.usage, 'nonsense'],
  [['put'], EXIT_CODES.usage, 'local'],
  [['ls', '--wrong'], EXIT_CODES.usage, '--wrong'],
  [['rm', '/'], EXIT_CODES.usage, 'top folder'],
  [['ls', '/a/../b'], EXIT_CODES.usage, '..'],
  [['put', 'absent.txt'], EXIT_CODES.notFound, 'absent.txt'],
  [['put', '.'], EXIT_CODES.localFile, 'is a folder'],
])('%j ends with %i and says why', async (words, code, said) => {
  const [run, json] = await Promise.all([runCli(words, { home }), runCli([...words, '--json'], { home })]);
  expect(run).toMatchObject({ code, stdout: '' });
  expect(run.stderr).toContain(said);
  expect(json).toMatchObject({ code, stdout: '' });
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { exitCode: code, message: expect.stringContaining(said) } });
});

test('without a sign-in every command says how to sign in', async () => {
  const empty = await makeHome();
  const commands = [['ls'], ['get', '/a'], ['devices'], ['mkdir', '/a']];
  for (const run of await Promise.all(commands.map((words) => runCli(words, { home: empty })))) {
    expect(run.code).toBe(EXIT_CODES.notSignedIn);
    expect(run.stderr).toContain('syncline login');
  }
  await rm(empty, { recursive: true });
});

test.each<[string, number, Fault]>([
  ['not_found', EXIT_CODES.notFound, problem('not_found')],
  ['forbidden', EXIT_CODES.refused, problem('forbidden')],
  ['unauthenticated', EXIT_CODES.notSignedIn, { status: 401, body: '{"message":"Unauthorized"}' }],
  ['quota_exceeded', EXIT_CODES.quota, problem('quota_exceeded')],
])('the refusal %s ends with %i', async (name, code, fault) => {
  answer({ 'GET /v1': fault, 'POST /': { status: 400, body: '{"__type":"NotAuthorizedException"}' } });
  const run = await runCli(['ls', '/a', '--json'], { home });
  expect(run).toMatchObject({ code, stdout: '' });
  expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: name } });
});

test('what is sent to a link that asks for a password says how it is given', async () => {
  const file = join(home, 'notes.txt');
  await writeFile(file, 'notes');
  answer({ 'POST /v1/public': problem('password_needed') });
  const run = await runCli(['send', file, `${service.baseUrl}/v1/public/${'a'.repeat(43)}`], { home });
  expect(run).toMatchObject({ code: EXIT_CODES.refused, stdout: '' });
  expect(run.stderr).toContain('syncline send FILE LINK --password-stdin');
});

test('of a folder that the service does not tell of, nobody says that it is not there', async () => {
  const other = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
  const told = { url: 'https://hooks.example.com/', createdAt: place.modifiedAt, epoch: 0, seq: 1 };
  const webhooks = ok({ webhooks: [{ webhookId: id, namespaceId: id, folderId: other, ...told }] });
  const known = { 'GET /v1/webhooks': webhooks, 'GET /v1/namespaces': ok({ folders: [], unmounted: [] }) };
  answer({ ...known, 'GET /v1/nodes': problem('forbidden') });
  expect(await runCli(['hooks'], { home })).toMatchObject({ code: EXIT_CODES.refused, stdout: '' });
  answer({ ...known, 'GET /v1/nodes': problem('not_found') });
  const gone = await runCli(['hooks'], { home });
  expect(gone.stdout).toContain(`${id}  (a folder that is not there, ${other})  https://hooks.example.com/\n`);
});

test('a sign-in that has ended is forgotten', async () => {
  answer({
    'GET /v1': { status: 401, body: '' },
    'POST /': { status: 400, body: '{"__type":"NotAuthorizedException"}' },
  });
  await runCli(['ls'], { home });
  expect(await readdir(home)).not.toContain('credentials.json');
});

test('names that would move the cursor are shown as escapes, and told as they are in JSON', async () => {
  const name = 'a\u001b[2Jb\u202e';
  const node = { ...place, name, kind: 'file', rev: 1, contentRev: 1, size: 2048 };
  answer({
    'GET /v1/paths': ok({ node: { ...place, name: '', kind: 'folder', rev: 1, contentRev: 0, size: 0 } }),
    'GET /v1/nodes': ok({ nodes: [node] }),
  });
  expect((await runCli(['ls'], { home })).stdout).toBe('  2.0 KiB  2026-01-31 17:45  a\\u{1b}[2Jb\\u{202e}\n');
  expect(JSON.parse((await runCli(['ls', '--json'], { home })).stdout)).toMatchObject({ path: '/', nodes: [{ name }] });
});

test('cat writes the content in its order, and nothing but the content', async () => {
  const parts = Array.from({ length: 20 }, () => Buffer.from(randomBytes(1000).toString('hex')));
  answer({ 'GET /v1/paths': publish('a.bin', parts) });
  const plain = await runCli(['cat', '/a.bin'], { home });
  expect(plain).toEqual({ code: 0, stdout: Buffer.concat(parts).toString(), stderr: '' });
  const json = await runCli(['cat', '/a.bin', '--json'], { home });
  const { content } = JSON.parse(json.stdout) as { readonly content: string };
  expect(Buffer.from(content, 'base64')).toEqual(Buffer.concat(parts));
});

/** A disk that is full, as a file of Linux: it takes nothing. */
const FULL_DISK = '/dev/full';

test.each([[['cat', '/a.bin']], [['--help']]])(
  '%j says that the disk is full that its output is to be written to',
  async (words) => {
    answer({ 'GET /v1/paths': publish('a.bin', [randomBytes(5)]) });
    const full = await open(FULL_DISK, 'w');
    try {
      const run = await runCli(words, { home, stdout: full.fd });
      expect(run.code).toBe(EXIT_CODES.localFile);
      expect(run.stderr).toBe(
        "syncline: 'standard output' does not fit: the disk is full.\nMake room on the disk and repeat the command.\n",
      );
    } finally {
      await full.close();
    }
  },
);

test('get writes a file whole, and never over another one unless forced', async () => {
  const bytes = randomBytes(5000);
  answer({ 'GET /v1/paths': publish('a.bin', [bytes]) });
  expect(await runCli(['get', '/a.bin'], { home })).toMatchObject({ code: 0 });
  expect(await readFile(join(home, 'a.bin'))).toEqual(bytes);
  expect((await stat(join(home, 'a.bin'))).mtime.toISOString()).toBe(place.modifiedAt);
  await writeFile(join(home, 'a.bin'), 'mine');
  const refused = await runCli(['get', '/a.bin'], { home });
  expect(refused.code).toBe(EXIT_CODES.conflict);
  expect(refused.stderr).toContain('--force');
  expect(await readFile(join(home, 'a.bin'), 'utf8')).toBe('mine');
  expect(await runCli(['get', '/a.bin', '--force'], { home })).toMatchObject({ code: 0 });
  expect(await readFile(join(home, 'a.bin'))).toEqual(bytes);
});

test('a pipe is neither stored, sent nor replaced, and nobody waits for who writes into it', async () => {
  answer({ 'GET /v1/paths': publish('notes.txt', [randomBytes(5)]) });
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const link = `http://127.0.0.1:1/v1/public/${'a'.repeat(43)}`;
  for (const words of [
    ['put', pipe],
    ['send', pipe, link],
    ['get', '/notes.txt', pipe, '--force'],
  ]) {
    const run = await runCli(words, { home });
    expect(run).toMatchObject({ code: EXIT_CODES.localFile, stdout: '' });
    expect(run.stderr).toContain('is neither a file nor a folder');
  }
  expect((await stat(pipe)).isFIFO()).toBe(true);
});

test('Ctrl-C, though it comes twice, ends a transfer with its own exit code and leaves nothing behind', async () => {
  const file = publish('a.bin', [randomBytes(10)]);
  let child: ChildProcess | undefined;
  service.fault = (request) => {
    if (request.url.startsWith('/v1/paths')) return file;
    if (!request.url.startsWith('/store')) return undefined;
    // The terminal sends it to every process, and a parent process passes it on.
    child?.kill('SIGINT');
    child?.kill('SIGINT');
    return { status: 503, headers: { 'retry-after': '60' } };
  };
  const run = await runCli(['get', '/a.bin'], { home, onStart: (started) => void (child = started) });
  expect(run).toMatchObject({ code: EXIT_CODES.interrupted, stdout: '' });
  expect((await readdir(home)).filter((name) => name.includes('a.bin') || name.endsWith('.part'))).toEqual([]);
});

test('a name from the service cannot lead out of the folder', async () => {
  answer({ 'GET /v1/paths': publish('../evil', [randomBytes(10)]) });
  const run = await runCli(['get', '/evil'], { home });
  expect(run.code).toBe(EXIT_CODES.refused);
  expect(run.stderr).toContain("'../evil'");
});

test('damaged content leaves no file behind', async () => {
  const file = publish('a.bin', [randomBytes(10)]);
  const manifest = ok({
    rev: 3,
    size: 10,
    contentHash: sha256(Buffer.from('other')),
    chunking: 'fixed-4m',
    chunks: [],
    expiresAt: place.modifiedAt,
  });
  answer({ 'GET /v1/paths': file, 'GET /v1/nodes': manifest });
  expect((await runCli(['get', '/a.bin'], { home })).code).toBe(EXIT_CODES.unavailable);
  expect((await readdir(home)).filter((name) => name.includes('a.bin') || name.endsWith('.part'))).toEqual([]);
});

test('put sends the file and commits it on what it saw', async () => {
  await writeFile(join(home, 'b.txt'), 'hello');
  const committed = { ...place, name: 'b.txt', kind: 'file', rev: 6, contentRev: 6, size: 5 };
  answer({
    'GET /v1/paths?path=%2Fb.txt': ok({ node: { ...committed, rev: 5 } }),
    'GET /v1/paths': ok({ node: { ...place, name: '', kind: 'folder', rev: 1, contentRev: 0, size: 0 } }),
    'POST /v1/commits': ok({ results: [] }),
  });
  const run = await runCli(['put', 'b.txt', '/b.txt', '--json'], { home });
  expect(run.code).toBe(EXIT_CODES.unavailable);
  const commit = service.requests.find((request) => request.url === '/v1/commits');
  const { operations } = JSON.parse(String(commit?.body)) as { readonly operations: readonly object[] };
  expect(operations).toMatchObject([{ type: 'put', name: 'b.txt', nodeId: id, baseRev: 5, onConflict: 'fail' }]);
  expect(service.stored.get(sha256(Buffer.from('hello')))).toEqual(Buffer.from('hello'));
});

test('login takes the password from standard input, and keeps nothing that others may read', async () => {
  const fresh = await makeHome();
  const device = {
    deviceId: id,
    name: 'desk',
    platform: 'linux',
    createdAt: place.modifiedAt,
    lastSeenAt: place.modifiedAt,
  };
  answer({
    'GET /v1/configuration': ok({
      protocolVersion: 1,
      stage: 'local',
      region: 'eu-central-1',
      issuer: 'issuer',
      audience: 'client',
      userPool: { endpoint: service.baseUrl, userPoolId: 'pool', clientId: 'client' },
    }),
    'GET /v1/account': ok({
      accountId: id,
      homeNamespaceId: id,
      quotaBytes: 1,
      usedBytes: 0,
      createdAt: place.modifiedAt,
    }),
    'POST /v1/devices': ok({ device }),
    'POST /': ok({ AuthenticationResult: { AccessToken: 'a', RefreshToken: 'r', ExpiresIn: 3600 } }),
  });
  const words = ['login', '--email', 'ann@example.com', '--password-stdin', '--api', service.baseUrl];
  const run = await runCli(words, { home: fresh, stdin: 'secret\nmore\n' });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const auth = service.requests.find((request) => request.url === '/');
  expect(JSON.parse(String(auth?.body))).toMatchObject({ AuthParameters: { PASSWORD: 'secret' } });
  for (const name of await readdir(fresh))
    expect([name, (await stat(join(fresh, name))).mode & 0o077]).toEqual([name, 0]);
  expect(await readFile(join(fresh, 'config.json'), 'utf8')).not.toContain('secret');
  await rm(fresh, { recursive: true });
});

test('a refused sign-in says what is wrong, and a missing password how to give it', async () => {
  const fresh = await makeHome();
  answer({
    'GET /v1/configuration': ok({
      protocolVersion: 99,
      stage: 'local',
      region: 'eu-central-1',
      issuer: 'issuer',
      audience: 'client',
    }),
  });
  const old = await runCli(['login', '--api', service.baseUrl, '--email', 'a@b.c', '--password-stdin'], {
    home: fresh,
  });
  expect(old.stderr).toContain('version 99');
  expect(old.code).toBe(EXIT_CODES.refused);
  await rm(fresh, { recursive: true });
});

test('a damaged configuration is told with its file', async () => {
  await writeFile(join(home, 'config.json'), '{');
  const run = await runCli(['ls'], { home });
  expect(run.stderr).toContain('config.json');
  expect(run.code).toBe(EXIT_CODES.localFile);
});
