import { systemClock } from '@syncline/client';
import {
  getDocument,
  PasswordException,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
  PDFWorker,
  VerbosityLevel,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import jbig2 from 'pdfjs-dist/wasm/jbig2.wasm?url';
import openjpeg from 'pdfjs-dist/wasm/openjpeg.wasm?url';
import qcms from 'pdfjs-dist/wasm/qcms_bg.wasm?url';
import type { ReadPart } from '../../content/read-part.ts';
import { PDF_OPEN_MS_MAX, PDF_PART_BYTES, PDF_PICTURE_PIXELS_MAX } from './limits.ts';

export type PdfOutcome =
  | { readonly kind: 'open'; readonly document: PDFDocumentProxy }
  /** It asks for a password. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'failed' };

export interface OpeningPdf {
  readonly outcome: Promise<PdfOutcome>;
  /** Ends whatever is under way, also what would never end by itself. Idempotent. */
  close(): void;
}

/** Decoders of pictures, which are loaded when a PDF has such ones. */
const DECODERS: Readonly<Record<string, string>> = {
  'jbig2.wasm': jbig2,
  'openjpeg.wasm': openjpeg,
  'qcms_bg.wasm': qcms,
};

/**
 * Opens a PDF, of which no more is read than what is shown. It is read in a worker of its own; no script, form or link in it does anything, since nothing but
 * its pages is ever asked for.
 */
export function openPdf(size: number, read: ReadPart): OpeningPdf {
  const thread = new Worker(new URL('pdfjs-dist/legacy/build/pdf.worker.mjs', import.meta.url), {
    type: 'module',
    name: 'pdf',
  });
  const { promise: unreadable, resolve: failRead } = Promise.withResolvers<PdfOutcome>();
  const range = new PDFDataRangeTransport(size, null);
  range.requestDataRange = (start, end) => {
    read(start, end).then(
      (bytes) => range.onDataRange(start, bytes),
      () => failRead({ kind: 'failed' }),
    );
  };
  const task = getDocument({
    range,
    rangeChunkSize: PDF_PART_BYTES,
    disableStream: true,
    disableAutoFetch: true,
    worker: PDFWorker.create({ port: thread }),
    verbosity: VerbosityLevel.ERRORS,
    maxImageSize: PDF_PICTURE_PIXELS_MAX,
    useWorkerFetch: false,
    BinaryDataFactory: DecoderFiles,
    wasmUrl: '/',
  });
  const opened = task.promise.then(
    (document): PdfOutcome => ({ kind: 'open', document }),
    (failure: unknown): PdfOutcome => ({ kind: failure instanceof PasswordException ? 'locked' : 'failed' }),
  );
  const late = systemClock.sleep(PDF_OPEN_MS_MAX).then((): PdfOutcome => ({ kind: 'failed' }));
  return {
    outcome: Promise.race([opened, unreadable, late]),
    close: () => {
      void task.destroy().catch(() => undefined);
      thread.terminate();
    },
  };
}

/** Gives pdf.js the files that it asks for by their names. Others, such as tables of rare encodings, it does without. */
class DecoderFiles {
  async fetch({ filename }: { readonly filename: string }): Promise<Uint8Array> {
    const address = DECODERS[filename];
    if (address === undefined) throw new Error(`the app has no ${filename}`);
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${filename} was answered with ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}
