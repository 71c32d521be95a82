import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type ApiDevice,
  newEmail,
  openApiDevice,
  PASSWORD,
  putOperation,
  uploadBytes,
  valueOf,
} from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { DOCUMENTS } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { useSearchAlone } from '../support/search-turn.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { zipArchive } from '../support/zip-archive.ts';

useSearchAlone();

const email = newEmail();
const random = new SeededRandom('search-contents');

let directory: string;
let ann: ApiDevice;
let bob: ApiDevice;
let cli: CliDevice;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-contents-'));
  ann = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  bob = await openApiDevice({ apiUrl: sharedStack().apiUrl, email: newEmail() });
  await mkdir(join(directory, 'home'));
  cli = new CliDevice({ home: join(directory, 'home'), apiUrl: sharedStack().apiUrl });
  await cli.expect(['login', '--email', email, '--password-stdin'], `${PASSWORD}\n`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A word that nothing else has: letters alone, so that every analyser takes it as one. */
function newWord(): string {
  return `q${Buffer.from(random.bytes(10))
    .toString('hex')
    .replaceAll(/[0-9]/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}`;
}

async function found(device: ApiDevice, q: string): Promise<readonly string[]> {
  const { hits } = valueOf(await device.api.search({ query: { q } }));
  return hits.map(({ path }) => path).toSorted();
}

test('files of every kind that are synced, in packs and in chunks of their own, are found by a word inside', async () => {
  const folder = join(directory, 'documents');
  await mkdir(folder);
  await cli.expect(['link', folder]);
  const words = new Map<string, string>();
  for (const { extension, write } of Object.values(DOCUMENTS)) {
    const word = newWord();
    words.set(`/document.${extension}`, word);
    await writeFile(join(folder, `document.${extension}`), write(word));
  }
  const far = newWord();
  words.set('/long.txt', far);
  await writeFile(
    join(folder, 'long.txt'),
    `${'many words before it\n'.repeat(40_000)} ${far} ${'and after\n'.repeat(900_000)}`,
  );
  await cli.expect(['sync', '--once', folder]);
  await eventually(async () => {
    const places: (readonly [string, readonly string[]])[] = [];
    for (const [path, word] of words) places.push([path, await found(ann, `${word} `)]);
    expect(places).toEqual([...words.keys()].map((path) => [path, [path]]));
  });
  const [word = ''] = words.values();
  expect(await found(bob, `${word} `)).toEqual([]);
  const { stdout } = await cli.expect(['search', word]);
  expect(stdout).toContain(`first line *${word}* last line`);
});

test('edits, renames and deletes follow, and hostile files are marked and hold nothing up', async () => {
  const [first, second] = [newWord(), newWord()];
  const hostile = [
    zipArchive([{ name: 'word/document.xml', bytes: `<w:p>${' '.repeat(140_000_000)}</w:p>` }]),
    Buffer.from('%PDF-1.7\ntrailer << /Root 1 0 R >>'),
    Buffer.from(`<html>${'<div>'.repeat(300_000)}`),
  ];
  for (const [index, bytes] of hostile.entries()) {
    const uploadId = await uploadBytes(ann, bytes);
    valueOf(
      await ann.api.commit({ body: { operations: [putOperation(ann, { name: `hostile ${index}`, uploadId })] } }),
    );
  }
  const put = async (text: string, base: { readonly nodeId: string; readonly baseRev: number } | undefined) => {
    const uploadId = await uploadBytes(ann, Buffer.from(text));
    const operations = [putOperation(ann, { name: 'edited.txt', uploadId, ...base })];
    const [result] = valueOf(await ann.api.commit({ body: { operations } })).results;
    if (result?.status !== 'committed') throw new Error(JSON.stringify(result));
    return { nodeId: result.node.nodeId, baseRev: result.node.rev };
  };
  const base = await put(`the word ${first}`, undefined);
  await eventually(async () => expect(await found(ann, `${first} `)).toEqual(['/edited.txt']));
  await put(`the word ${second}`, base);
  await eventually(async () => expect(await found(ann, `${second} `)).toEqual(['/edited.txt']));
  expect(await found(ann, `${first} `)).toEqual([]);
  await cli.expect(['mv', '/edited.txt', '/renamed.bin']);
  await eventually(async () => expect(await found(ann, `renamed ${second} `)).toEqual(['/renamed.bin']));
  await cli.expect(['rm', '/renamed.bin']);
  expect(await found(ann, `${second} `)).toEqual([]);
  expect(await found(ann, 'hostile ')).toHaveLength(hostile.length);
});
