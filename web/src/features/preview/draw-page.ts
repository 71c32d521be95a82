import { type PDFPageProxy, RenderingCancelledException, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { PDF_PAGE_PIXELS_MAX } from './limits.ts';

/**
 * Draws a page into a canvas, and its words, unseen, over it: so that they can be chosen, found and read aloud. Ends, without a trace, when the
 * signal says so. @throws what the reader of PDFs says of a page that it cannot draw.
 */
export async function drawPage(
  page: PDFPageProxy,
  place: { readonly canvas: HTMLCanvasElement; readonly words: HTMLElement; readonly scale: number },
  signal: AbortSignal,
): Promise<void> {
  const { canvas, words, scale } = place;
  const shown = page.getViewport({ scale });
  const density = Math.min(devicePixelRatio, Math.sqrt(PDF_PAGE_PIXELS_MAX / (shown.width * shown.height)));
  const viewport = page.getViewport({ scale: scale * density });
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  words.replaceChildren();
  const drawing = page.render({ canvas, viewport });
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport: shown });
  const stop = (): void => {
    drawing.cancel();
    layer.cancel();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all([drawing.promise, layer.render()]);
  } catch (failure) {
    if (!signal.aborted && !(failure instanceof RenderingCancelledException)) throw failure;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
