import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MiB, NamespaceId } from '@syncline/protocol';
import { docxWith, pdfOf } from '../../test/support/documents.ts';
import { writeRogueReader } from '../../test/support/rogue-reader.ts';
import type { ContentFormat } from './content-format.ts';
import { UNPACKED_BYTES_MAX } from './limits.ts';
import { ProcessContentReader, type ProcessContentReaderOptions } from './process-content-reader.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const real = { entry: fileURLToPath(new URL('reader-process.ts', import.meta.url)), readable: [project] };
let directory: string;
let rogue: Pick<ProcessContentReaderOptions, 'entry' | 'readable'>;

const ANN = NamespaceId.parse('01J00000000000000000000ANN'.replace(/[^0-9A-Z]/g, '0'));
const BOB = NamespaceId.parse('01J00000000000000000000B0B');

let reader: ProcessContentReader;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-reader-'));
  rogue = { entry: await writeRogueReader(directory), readable: [] };
});
afterEach(() => reader.end());
afterAll(() => rm(directory, { recursive: true }));

function open(options: ProcessContentReaderOptions): void {
  reader = new ProcessContentReader(options);
}

function read(content: string | Uint8Array, format: ContentFormat = 'text', namespaceId = ANN) {
  return reader.read({ namespaceId, format, bytes: new Uint8Array(Buffer.from(content)) });
}

describe('what a document can do that takes its reader over', () => {
  test.each(['steal', 'write', 'run', 'thread'])('is not to %s', async (deed) => {
    open(rogue);
    expect(await read(deed)).toEqual({ kind: 'read', text: 'refused: ERR_ACCESS_DENIED' });
  });

  test('is not to make code, nor to learn anything of the environment', async () => {
    open(rogue);
    expect(await read('evaluate')).toMatchObject({ text: expect.stringContaining('Code generation from strings') });
    expect(await read('environment')).toMatchObject({
      text: expect.stringMatching(/^environment: [A-Z_ ]*PATH[A-Z_ ]*$/),
    });
  });

  test('is not to meet a document of another namespace', async () => {
    open(rogue);
    await read('environment');
    expect(await read('remember')).toEqual({ kind: 'read', text: 'environment,remember' });
    expect(await read('remember', 'text', BOB)).toEqual({ kind: 'read', text: 'remember' });
    expect(await read('remember')).toEqual({ kind: 'read', text: 'remember' });
  });

  test('is not to answer what is no answer', async () => {
    open(rogue);
    expect(await read('lie')).toEqual({ kind: 'unread', reason: 'reader-ended' });
  });
});

describe('a reader that does not come back', () => {
  test.each([
    ['sleep', 'took-too-long'],
    ['spin', 'took-too-long'],
    // Only Linux tells how much memory it has beside its heap.
    ...(process.platform === 'linux' ? [['hoard', 'took-too-much-memory'] as const] : []),
    ['fill', 'took-too-much-memory'],
    ['leave', 'reader-ended'],
  ])('when it would %s, %s is what is said, and the next content is read', async (deed, reason) => {
    const readMsMax = reason === 'took-too-long' ? 300 : 60_000;
    open({ ...rogue, readMsMax, residentBytesMax: 400 * MiB, heapMiBMax: 64 });
    const outcomes = await Promise.all([read(deed), read('remember')]);
    expect(outcomes[0]).toEqual({ kind: 'unread', reason });
    if (reason !== 'took-too-long') expect(outcomes[1]).toEqual({ kind: 'read', text: 'remember' });
  });
});

describe('the real reader, where it may do nothing else', () => {
  test('reads documents, one after the other', async () => {
    open(real);
    const outcomes = await Promise.all([read('plain words'), read(pdfOf('words of a page'), 'pdf')]);
    expect(outcomes).toEqual([
      { kind: 'read', text: 'plain words' },
      { kind: 'read', text: 'words of a page' },
    ]);
  });

  test('keeps no more in memory than a piece of what unpacks to a lot', async () => {
    open({ ...real, heapMiBMax: 128, residentBytesMax: 400 * MiB });
    const bomb = docxWith(`<w:p>${' '.repeat(UNPACKED_BYTES_MAX)}</w:p>`);
    expect(await read(bomb, 'archive')).toEqual({ kind: 'read', text: 'a title\nsomebody' });
  });
});
