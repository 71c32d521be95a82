import { PDF_PAGES_MAX } from './limits.ts';
import { type ReadOutcome, unread } from './read-outcome.ts';
import { TextCollector } from './text-collector.ts';

/** Reads what a PDF tells of itself, and the text of its pages. What it would run, show or fetch is left alone. */
export async function readPdf(bytes: Uint8Array): Promise<ReadOutcome> {
  // Large, and needed for nothing else.
  const { getDocument } = await import('unpdf/pdfjs');
  const loading = getDocument({
    // It takes no Buffer.
    data: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    stopAtErrors: false,
    maxImageSize: 1,
  });
  try {
    const pdf = await loading.promise;
    const collector = new TextCollector();
    const { info } = await pdf.getMetadata();
    addInfo(info, collector);
    const pages = Math.min(pdf.numPages, PDF_PAGES_MAX);
    for (let number = 1; number <= pages && !collector.isFull; number++) {
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      for (const item of items) if ('str' in item) collector.add(item.hasEOL ? `${item.str}\n` : item.str);
      collector.add('\n');
      page.cleanup();
    }
    return collector.outcome();
  } catch (error) {
    return unread(error instanceof Error && error.name === 'PasswordException' ? 'encrypted' : 'damaged');
  } finally {
    await loading.destroy();
  }
}

function addInfo(info: object, collector: TextCollector): void {
  const told = info as Readonly<Record<string, unknown>>;
  for (const key of ['Title', 'Author', 'Subject', 'Keywords']) {
    const value = told[key];
    if (typeof value === 'string') collector.add(`${value}\n`);
  }
}
