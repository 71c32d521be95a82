import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MiB, type MissingChunk, packManifest } from '@syncline/protocol';
import { chunkOf, newEmail, putSigned } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { sharedStack } from '../support/shared-stack.ts';

const PASSWORD = 'correct horse battery 9!';

let directory: string;
let cli: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-links-'));
  cli = new CliDevice({ home: directory, apiUrl: sharedStack().apiUrl });
  await cli.expect(['signup', '--email', newEmail(), '--password-stdin'], `${PASSWORD}\n`);
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const run = promisify(execFile);

/** The real curl: what it wrote, and the status of the last answer. */
async function curl(words: readonly string[]): Promise<{ readonly status: number; readonly bytes: Buffer }> {
  const path = join(directory, `curl-${randomBytes(4).toString('hex')}`);
  const { stdout } = await run('curl', ['-sS', '--max-time', '60', '-o', path, '-w', '%{http_code}', ...words]);
  return { status: Number(stdout), bytes: await readFile(path) };
}

async function putFile(name: string, bytes: Uint8Array): Promise<void> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  await cli.expect(['put', path, `/${name}`]);
}

interface Made {
  readonly url: string;
  readonly link: { readonly linkId: string };
}

async function makeLink(words: readonly string[], stdin?: string): Promise<Made> {
  return (await cli.json(['link-create', ...words], stdin)) as Made;
}

test('curl -L on a link downloads a file of one chunk, as often as its limit says', async () => {
  const bytes = randomBytes(200_000);
  await putFile('small.bin', bytes);
  const { url } = await makeLink(['/small.bin', '--max-downloads', '3', '--expires', '7d']);
  const { headers } = await fetch(url);
  expect([headers.get('content-disposition'), headers.get('content-type')]).toEqual([
    `attachment; filename="small.bin"; filename*=UTF-8''small.bin`,
    'application/octet-stream',
  ]);
  for (let index = 0; index < 2; index++) expect(await curl(['-L', url])).toEqual({ status: 200, bytes });
  const { status, bytes: body } = await curl(['-L', url]);
  expect([status, JSON.parse(body.toString())]).toMatchObject([
    410,
    { code: 'link_ended', details: { end: 'exhausted' } },
  ]);
});

test('curl goes on with a download that was broken off, of a file of one chunk and of several', async () => {
  for (const [name, length] of [
    ['one-chunk.bin', 200_000],
    ['two-chunks.bin', 3 * MiB],
  ] as const) {
    const bytes = randomBytes(length);
    await putFile(name, bytes);
    const { url } = await makeLink([`/${name}`]);
    const part = await curl(['-L', '-r', '0-99999', url]);
    const path = join(directory, `part-${name}`);
    await writeFile(path, part.bytes);
    const { stdout } = await run('curl', [
      '-sS',
      '--max-time',
      '60',
      '-L',
      '-C',
      '-',
      '-o',
      path,
      '-w',
      '%{http_code}',
      url,
    ]);
    expect([part.status, Number(stdout), (await readFile(path)).equals(bytes)]).toEqual([206, 206, true]);
    expect((await curl(['-L', '-r', `${length}-`, url])).status).toBe(416);
  }
});

test('a file of several chunks comes whole, or by ranges when it is longer than an answer', async () => {
  const bytes = randomBytes(3 * MiB);
  await putFile('several.bin', bytes);
  const { url } = await makeLink(['/several.bin']);
  const whole = await curl(['-L', url]);
  expect([whole.status, whole.bytes.equals(bytes)]).toEqual([200, true]);
  const range = await curl(['-L', '-r', '1000-2000999', url]);
  expect([range.status, range.bytes.equals(bytes.subarray(1000, 2_001_000))]).toEqual([206, true]);

  const long = randomBytes(5 * MiB);
  await putFile('long.bin', long);
  const { url: longUrl } = await makeLink(['/long.bin']);
  expect((await curl(['-L', longUrl])).status).toBe(413);
  const parts = [await curl(['-L', '-r', '0-2999999', longUrl]), await curl(['-L', '-r', '3000000-', longUrl])];
  expect(Buffer.concat(parts.map((part) => part.bytes)).equals(long)).toBe(true);
});

test('a password is asked for, five wrong ones close the link to that address, and a revoked link says so', async () => {
  await putFile('secret.txt', Buffer.from('the secret'));
  const { url, link } = await makeLink(['/secret.txt', '--password-stdin'], 'open sesame\n');
  const withPassword = (password: string) => curl(['-L', '-H', `X-Link-Password: ${password}`, url]);
  expect((await curl(['-L', url])).status).toBe(403);
  expect(await withPassword('open sesame')).toEqual({ status: 200, bytes: Buffer.from('the secret') });
  for (let index = 0; index < 5; index++) expect((await withPassword(`guess ${index}`)).status).toBe(403);
  expect((await withPassword('open sesame')).status).toBe(429);

  expect((await cli.expect(['links'])).stdout).toContain('/secret.txt  (password');
  await cli.expect(['link-revoke', link.linkId]);
  const { status, bytes } = await curl(['-L', url]);
  expect([status, JSON.parse(bytes.toString())]).toMatchObject([410, { details: { end: 'revoked' } }]);
  expect(await cli.run(['link-revoke', 'nonsense'])).toMatchObject({ exitCode: 4 });
});

test('a link to a folder lists it, gives its files, and nothing beside it', async () => {
  await cli.expect(['mkdir', '/folder']);
  await putFile('inside.txt', Buffer.from('inside'));
  await cli.expect(['mv', '/inside.txt', '/folder/']);
  const { url } = await makeLink(['/folder']);
  const { bytes } = await curl([`${url}/children`]);
  const { nodes } = JSON.parse(bytes.toString()) as {
    readonly nodes: readonly { readonly nodeId: string; readonly name: string }[];
  };
  expect(nodes.map(({ name }) => name)).toEqual(['inside.txt']);
  const download = `${url}/download?nodeId=${nodes[0]?.nodeId}`;
  expect(await curl(['-L', download])).toEqual({ status: 200, bytes: Buffer.from('inside') });
  await cli.expect(['mv', '/folder/inside.txt', '/']);
  expect((await curl(['-L', download])).status).toBe(404);
});

test('a link for uploads takes a file from somebody without an account, under a name that is free, and shows nothing', async () => {
  await cli.expect(['mkdir', '/inbox']);
  await putFile('report.txt', Buffer.from('mine'));
  await cli.expect(['mv', '/report.txt', '/inbox/']);
  const { url } = await makeLink(['/inbox', '--upload', '--max-downloads', '1']);
  const bytes = randomBytes(3000);
  const chunks = [chunkOf(bytes)];
  const contentHash = createHash('sha256').update(packManifest(chunks)).digest('hex');
  const file = { size: bytes.length, contentHash, chunking: 'fixed-4m', chunks };
  const opened = await post(`${url}/uploads`, { files: [file] });
  const { uploads } = opened as {
    readonly uploads: readonly { readonly uploadId: string; readonly missing: readonly MissingChunk[] }[];
  };
  const put = uploads[0]?.missing[0]?.put;
  if (put === undefined) throw new Error('a new chunk is missing');
  expect(await putSigned(put, bytes)).toBe(200);
  const files = [{ uploadId: uploads[0]?.uploadId, name: 'report.txt' }];
  for (let index = 0; index < 2; index++) {
    expect(await post(`${url}/files`, { files })).toEqual({ files: [{ status: 'stored' }] });
  }
  expect((await cli.expect(['ls', '/inbox'])).stdout).toMatch(/report \(2\)\.txt\n.*report\.txt\n$/);
  expect((await cli.expect(['cat', '/inbox/report.txt'])).stdout).toBe('mine');
  const copy = join(directory, 'copy.bin');
  await cli.expect(['get', '/inbox/report (2).txt', copy]);
  expect((await readFile(copy)).equals(bytes)).toBe(true);
  expect((await curl([`${url}/children`])).status).toBe(410);
});

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}
