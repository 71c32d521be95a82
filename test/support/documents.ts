import { deflateSync } from 'node:zlib';
import { type ZipEntry, zipArchive } from './zip-archive.ts';

/** A small document that has a text, with its usual extension. */
export interface WrittenDocument {
  readonly extension: string;
  readonly write: (text: string) => Uint8Array;
}

/** One writer for each kind of document whose text is found, as the programs write them that people use. */
export const DOCUMENTS: Readonly<Record<string, WrittenDocument>> = {
  'plain text': { extension: 'txt', write: (text) => Buffer.from(`first line\n${text}\nlast line\n`) },
  'text in UTF-16': { extension: 'log', write: (text) => Buffer.from(`\uFEFF${text}`, 'utf16le') },
  'text in Latin 1': { extension: 'asc', write: (text) => Buffer.from(`d\u00E9j\u00E0 vu ${text}`, 'latin1') },
  'source code': { extension: 'ts', write: (text) => Buffer.from(`export const word = '${text}';\n`) },
  Markdown: { extension: 'md', write: (text) => Buffer.from(`# Title\n\n* a list with **${text}**\n`) },
  CSV: { extension: 'csv', write: (text) => Buffer.from(`name;sum\n"${text}";12\n`) },
  JSON: { extension: 'json', write: (text) => Buffer.from(JSON.stringify({ key: text, list: [1, 2] })) },
  HTML: { extension: 'html', write: (text) => Buffer.from(htmlOf(text)) },
  PDF: { extension: 'pdf', write: pdfOf },
  DOCX: { extension: 'docx', write: docxOf },
  XLSX: { extension: 'xlsx', write: xlsxOf },
  PPTX: { extension: 'pptx', write: pptxOf },
  ODT: { extension: 'odt', write: (text) => openDocumentOf('text', `<text:p>${text}</text:p>`) },
  ODS: {
    extension: 'ods',
    write: (text) =>
      openDocumentOf(
        'spreadsheet',
        `<table:table><table:table-row><table:table-cell><text:p>${text}</text:p></table:table-cell></table:table-row></table:table>`,
      ),
  },
  ODP: {
    extension: 'odp',
    write: (text) => openDocumentOf('presentation', `<draw:page><text:p>${text}</text:p></draw:page>`),
  },
  EPUB: { extension: 'epub', write: epubOf },
  mail: { extension: 'eml', write: mailOf },
  'JPEG with EXIF': { extension: 'jpg', write: jpegOf },
};

export function htmlOf(text: string): string {
  return `<!DOCTYPE html><html><head><title>page</title><style>.hidden{}</style><script>var unseen = 1;</script></head><body><p>${text}</p></body></html>`;
}

/** Lines of one page: what stands below a page is not seen, and not read. */
const PAGE_LINES = 50;

/** With compressed streams, as nearly all are. */
export function pdfOf(text: string): Uint8Array {
  const shown = text.replaceAll(/[\\()]/g, (sign) => `\\${sign}`);
  const lines = (shown.match(/.{1,80}(?:\s|$)/g) ?? []).map((line) => `(${line}) Tj T*`);
  const pages: Uint8Array[] = [];
  for (let from = 0; from < lines.length; from += PAGE_LINES) {
    const drawn = lines.slice(from, from + PAGE_LINES).join('\n');
    pages.push(deflateSync(Buffer.from(`BT /F1 12 Tf 14 TL 72 720 Td\n${drawn}\nET`, 'latin1')));
  }
  return pdfWith(...pages);
}

/** A PDF whose pages are drawn by these streams, which are deflated. Source: ISO 32000-1, section 7.5. */
export function pdfWith(...streams: readonly Uint8Array[]): Uint8Array {
  const pageId = (index: number) => 4 + 2 * index;
  const objects: (string | Uint8Array)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${streams.map((_, index) => `${pageId(index)} 0 R`).join(' ')}] /Count ${streams.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...streams.flatMap((stream, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`,
      Buffer.concat([
        Buffer.from(`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
        stream,
        Buffer.from('\nendstream'),
      ]),
    ]),
  ];
  const header = Buffer.from('%PDF-1.7\n');
  const parts: Buffer[] = [header];
  const places: number[] = [];
  let offset = header.length;
  for (const [index, body] of objects.entries()) {
    places.push(offset);
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]);
    parts.push(part);
    offset += part.length;
  }
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  const end = `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${offset}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(end)]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

function officeOf(entries: readonly ZipEntry[]): Uint8Array {
  const types = `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`;
  const core = `${XML}<cp:coreProperties><dc:title>a title</dc:title><dc:creator>somebody</dc:creator></cp:coreProperties>`;
  return zipArchive([
    { name: '[Content_Types].xml', bytes: types },
    { name: 'docProps/core.xml', bytes: core },
    ...entries,
  ]);
}

/** A word is cut into runs, as a spelling checker does. */
export function docxOf(text: string): Uint8Array {
  const runs = [text.slice(0, 2), text.slice(2)]
    .map((run) => `<w:r><w:t xml:space="preserve">${run}</w:t></w:r>`)
    .join('');
  return docxWith(`<w:p>${runs}</w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>`);
}

export function docxWith(body: string, more: Partial<ZipEntry> = {}): Uint8Array {
  const bytes = `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
  return officeOf([{ name: 'word/document.xml', bytes, ...more }]);
}

function xlsxOf(text: string): Uint8Array {
  const workbook = `${XML}<workbook><sheets><sheet name="Accounts" sheetId="1"/></sheets></workbook>`;
  const shared = `${XML}<sst><si><t>${text}</t></si></sst>`;
  const sheet = `${XML}<worksheet><sheetData><row><c t="s"><v>0</v></c><c><v>4711</v></c></row></sheetData></worksheet>`;
  return officeOf([
    { name: 'xl/workbook.xml', bytes: workbook },
    { name: 'xl/worksheets/sheet1.xml', bytes: sheet },
    { name: 'xl/sharedStrings.xml', bytes: shared },
  ]);
}

function pptxOf(text: string): Uint8Array {
  const slide = `${XML}<p:sld><p:cSld><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:cSld></p:sld>`;
  return officeOf([
    { name: 'ppt/presentation.xml', bytes: `${XML}<p:presentation/>` },
    { name: 'ppt/slides/slide1.xml', bytes: slide },
  ]);
}

function openDocumentOf(kind: string, body: string): Uint8Array {
  const content = `${XML}<office:document-content><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`;
  return zipArchive([
    { name: 'mimetype', bytes: `application/vnd.oasis.opendocument.${kind}` },
    { name: 'content.xml', bytes: content },
    { name: 'meta.xml', bytes: `${XML}<office:document-meta><dc:title>a title</dc:title></office:document-meta>` },
  ]);
}

function epubOf(text: string): Uint8Array {
  const opf = `${XML}<package><metadata><dc:title>a book</dc:title><dc:creator>its author</dc:creator></metadata></package>`;
  const page = `${XML}<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>${text}</p></body></html>`;
  return zipArchive([
    { name: 'mimetype', bytes: 'application/epub+zip' },
    { name: 'META-INF/container.xml', bytes: `${XML}<container/>` },
    { name: 'OEBPS/content.opf', bytes: opf },
    { name: 'OEBPS/chapter1.xhtml', bytes: page },
  ]);
}

function mailOf(text: string): Uint8Array {
  const subject = Buffer.from('Gr\u00FC\u00DFe').toString('base64');
  return Buffer.from(
    [
      'From: Ann <ann@example.test>',
      'To: bob@example.test',
      `Subject: =?utf-8?B?${subject}?=`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=cut',
      '',
      '--cut',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(text).toString('base64'),
      '--cut',
      'Content-Type: application/octet-stream',
      'Content-Disposition: attachment; filename="attached.bin"',
      '',
      'AAAA',
      '--cut--',
      '',
    ].join('\r\n'),
  );
}

/** A JPEG of nothing but its EXIF segment. Source: CIPA DC-008, section 4.6. */
export function jpegOf(description: string): Uint8Array {
  const text = Buffer.from(`${description}\0`, 'latin1');
  const header = Buffer.from('49492a0008000000', 'hex');
  const directory = Buffer.alloc(2 + 12 + 4);
  directory.writeUInt16LE(1, 0);
  directory.writeUInt16LE(0x010e, 2);
  directory.writeUInt16LE(2, 4);
  directory.writeUInt32LE(text.length, 6);
  directory.writeUInt32LE(header.length + directory.length, 10);
  const segment = Buffer.concat([Buffer.from('Exif\0\0'), header, directory, text]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(segment.length + 2);
  return Buffer.concat([Buffer.from('ffd8ffe1', 'hex'), length, segment, Buffer.from('ffd9', 'hex')]);
}
