import { describe, expect, test } from '@jest/globals';
import { assert } from '@syncline/protocol';
import * as fc from 'fast-check';
import { DOCUMENTS, docxWith, htmlOf, pdfWith } from '../../test/support/documents.ts';
import { propertyCases } from '../../test/support/property-runs.ts';
import { zipArchive } from '../../test/support/zip-archive.ts';
import { formatOf } from './content-format.ts';
import { TEXT_BYTES_MAX, UNPACKED_BYTES_MAX } from './limits.ts';
import { readContent } from './read-content.ts';
import type { ReadOutcome } from './read-outcome.ts';

async function read(bytes: Uint8Array): Promise<ReadOutcome> {
  const format = formatOf(bytes);
  assert(format !== undefined, 'its format is one that is read');
  return readContent(format, bytes);
}

async function textOf(bytes: Uint8Array): Promise<string> {
  const outcome = await read(bytes);
  assert(outcome.kind === 'read', `it is read: ${JSON.stringify(outcome)}`);
  return outcome.text;
}

describe('documents', () => {
  test.each(Object.entries(DOCUMENTS))('the words of %s are read', async (_, { write }) => {
    const text = await textOf(write('heliotrope'));
    expect(text).toMatch(/(^|[^\p{L}])heliotrope([^\p{L}]|$)/u);
  });

  test('a text is as it was, whatever its encoding', async () => {
    const word = 'Grüße déjà';
    expect(await textOf(Buffer.from(word))).toBe(word);
    expect(await textOf(Buffer.from(`\uFEFF${word}`))).toBe(word);
    expect(await textOf(Buffer.from(`\uFEFF${word} 東京`, 'utf16le'))).toBe(`${word} 東京`);
    expect(await textOf(Buffer.from(`\uFEFF${word}`, 'utf16le').swap16())).toBe(word);
    expect(await textOf(Buffer.from(word, 'latin1'))).toBe(word);
  });

  test('of a page what a person sees is read, and no scripts', async () => {
    const text = await textOf(Buffer.from(htmlOf('caf&eacute; &amp; <b>bar</b>bell')));
    expect(text).toContain('café & barbell');
    expect(text).not.toMatch(/unseen|hidden/);
  });

  test('the cells of a sheet are words of their own, and places of shared texts are none', async () => {
    const text = await textOf(DOCUMENTS['XLSX']?.write('harbour') ?? new Uint8Array());
    expect(text.split('\n')).toEqual(['a title', 'somebody', 'Accounts', 'harbour', '4711']);
  });

  test('of a mail the people, the subject and the names of what is attached are read', async () => {
    const text = await textOf(DOCUMENTS['mail']?.write('see you') ?? new Uint8Array());
    for (const word of ['Ann', 'bob@example.test', 'Grüße', 'attached.bin', 'see you']) expect(text).toContain(word);
  });

  test('gaps are one space or one line, and no other control character is left', async () => {
    expect(await textOf(Buffer.from('a \t b\r\n\r\n  c\u001Bd\u007F'))).toBe('a b\nc d');
  });
});

describe('formats', () => {
  test('bytes that are no text have no format', () => {
    expect(formatOf(new Uint8Array([0, 1, 2, 3]))).toBeUndefined();
    expect(formatOf(new Uint8Array())).toBeUndefined();
    expect(formatOf(Buffer.from('\u007FELF\u0002\u0001'))).toBeUndefined();
  });

  test('whatever the bytes are, a format is told', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect([undefined, 'text', 'html', 'mail', 'pdf', 'archive', 'image']).toContain(formatOf(bytes));
      }),
      { numRuns: propertyCases(200) },
    );
  });

  test('an archive that is no document has no text, and what lies in it is not opened', async () => {
    const inner = zipArchive([{ name: 'word/document.xml', bytes: 'words' }]);
    expect(await read(zipArchive([{ name: 'inner.docx', bytes: inner }]))).toEqual({
      kind: 'unread',
      reason: 'no-text',
    });
  });
});

describe('hostile contents', () => {
  test('a part that unpacks to gigabytes of nothing is left when the budget is used up', async () => {
    const bomb = zipArchive([{ name: 'word/document.xml', bytes: `<w:p>${' '.repeat(UNPACKED_BYTES_MAX + 1)}</w:p>` }]);
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await read(bomb)).toEqual({ kind: 'unread', reason: 'unpacks-to-too-much' });
  });

  test('a part with more words than are kept is read until there are enough', async () => {
    const text = await textOf(docxWith(`<w:p><w:t>${'many words '.repeat(3_000_000)}</w:t></w:p>`));
    expect(Buffer.byteLength(text)).toBe(TEXT_BYTES_MAX);
  });

  test('a part that is longer than it says is damaged', async () => {
    const lying = docxWith(`<w:p><w:t>${'x '.repeat(5000)}</w:t></w:p>`, { claimedSize: 10 });
    expect(await read(lying)).toEqual({ kind: 'unread', reason: 'damaged' });
  });

  test('an encrypted part says so', async () => {
    expect(await read(docxWith('', { isEncrypted: true }))).toEqual({ kind: 'unread', reason: 'encrypted' });
  });

  test('entities that a document defines itself are not expanded', async () => {
    const lol = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>';
    const text = await textOf(docxWith(`${lol}<w:p><w:t>kept &b; &c; words</w:t></w:p>`));
    expect(text).not.toMatch(/lol|root:/);
    expect(text).toContain('kept');
  });

  test('what is nested too deep is not read, and what stands before it is', async () => {
    const [open, close] = ['<div>'.repeat(200_000), '</div>'.repeat(200_000)];
    expect(await textOf(Buffer.from(`<html>first words${open}deep words${close}`))).toBe('first words');
    const some = ['<div>'.repeat(1000), '</div>'.repeat(1000)];
    expect(await textOf(Buffer.from(`<html>first words${some[0]}deep words${some[1]}`))).toBe(
      'first words\ndeep words',
    );
  });

  test('a line without an end is cut', async () => {
    const text = await textOf(Buffer.alloc(4_000_000, 'a'));
    expect(text.length).toBe(TEXT_BYTES_MAX);
  });

  test('a text of many bytes a character is cut between characters', async () => {
    const text = await textOf(Buffer.from('東'.repeat(400_000)));
    expect(text).toMatch(/^東+$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(TEXT_BYTES_MAX);
  });

  test('scripts of a PDF do not run, and a stream without an end is damaged or has no words', async () => {
    expect((await read(pdfWith(Buffer.from('no stream of anything')))).kind).toBe('unread');
  });

  test.each(Object.entries(DOCUMENTS))(
    'a %s whose bytes are changed, cut or doubled is read or marked',
    async (_, { write }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            at: fc.double({ min: 0, max: 0.999, noNaN: true }),
            with: fc.uint8Array({ maxLength: 8 }),
            cut: fc.nat(2),
          }),
          async ({ at, with: bytes, cut }) => {
            const whole = Buffer.from(write('heliotrope'));
            const place = Math.floor(at * whole.length);
            const rest = cut === 0 ? whole.subarray(place + bytes.length) : cut === 1 ? Buffer.alloc(0) : whole;
            const changed = Buffer.concat([whole.subarray(0, place), bytes, rest]);
            const format = formatOf(changed);
            if (format === undefined) return;
            const outcome = await readContent(format, changed);
            expect(['read', 'unread']).toContain(outcome.kind);
            if (outcome.kind === 'read') expect(outcome.text).toMatch(/^[^\u0000-\u0009\u000B-\u001F\u007F]+$/);
          },
        ),
        { numRuns: propertyCases(40) },
      );
    },
  );
});
