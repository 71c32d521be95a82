import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { type CSSProperties, type RefObject, useEffect, useRef, useState } from 'react';
import { readPartAt } from '../../content/read-part.ts';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { drawPage } from './draw-page.ts';
import { PDF_PAGE_RATIO_MAX, PDF_PAGES_MAX } from './limits.ts';
import { openPdf, type PdfOutcome } from './open-pdf.ts';
import styles from './preview.module.css';
import { usePreviewTexts } from './preview-texts.ts';
import type { PreviewedContent } from './previewed-content.ts';

interface Shape {
  /** In points, and how much higher than wide. */
  readonly width: number;
  readonly ratio: number;
}

/** The pages of a PDF, one below the other; those near what is in sight are drawn. */
export function PdfPages(props: { readonly content: PreviewedContent; readonly onFailed: () => void }) {
  const { say } = usePreviewTexts();
  const pdf = usePdf(props.content);
  const first = useShape(pdf?.kind === 'open' ? pdf.document : undefined);
  const hasFailed = pdf?.kind === 'failed' || first === 'failed';
  const { onFailed } = props;
  useEffect(() => {
    if (hasFailed) onFailed();
  }, [hasFailed, onFailed]);
  if (pdf?.kind === 'locked')
    return <EmptyState icon="lock" title={say('preview.lockedTitle')} text={say('preview.lockedText')} />;
  if (pdf?.kind !== 'open' || first === undefined || first === 'failed')
    return <Loading label={say('preview.loading')} />;
  return <Pages document={pdf.document} first={first} />;
}

function Pages({ document, first }: { readonly document: PDFDocumentProxy; readonly first: Shape }) {
  const { say } = usePreviewTexts();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const numbers = Array.from({ length: Math.min(document.numPages, PDF_PAGES_MAX) }, (_, index) => index + 1);
  return (
    <div ref={place} className={styles.pages}>
      {document.numPages > PDF_PAGES_MAX && (
        <p className={styles.cut}>{say('preview.pagesCut', { limit: String(PDF_PAGES_MAX) })}</p>
      )}
      {width > 0 &&
        numbers.map((number) => (
          <PdfPage key={number} document={document} number={number} width={width} first={first} />
        ))}
    </div>
  );
}

function PdfPage(props: {
  readonly document: PDFDocumentProxy;
  readonly number: number;
  /** Of the place that it is drawn into, in pixels. */
  readonly width: number;
  /** As which the page counts until it is known. */
  readonly first: Shape;
}) {
  const { document, number, width, first } = props;
  const { say } = usePreviewTexts();
  const place = useRef<HTMLDivElement>(null);
  const [shape, setShape] = useState(first);
  const isNear = useIsNear(place);
  const label = say('preview.page', { page: String(number), count: String(document.numPages) });
  const scale = width / shape.width;
  const style = {
    blockSize: `${Math.round(width * shape.ratio)}px`,
    '--total-scale-factor': String(scale),
  } as CSSProperties;
  return (
    <div ref={place} className={styles.page} style={style} role="group" aria-label={label}>
      {isNear && <DrawnPage key={width} document={document} number={number} width={width} onShape={setShape} />}
    </div>
  );
}

function DrawnPage(props: {
  readonly document: PDFDocumentProxy;
  readonly number: number;
  readonly width: number;
  readonly onShape: (shape: Shape) => void;
}) {
  const { document, number, width, onShape } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const words = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'drawing' | 'drawn' | 'failed'>('drawing');
  useEffect(() => {
    const unwanted = new AbortController();
    const { signal } = unwanted;
    const draw = async (): Promise<void> => {
      const page = await document.getPage(number);
      if (signal.aborted || canvas.current === null || words.current === null) return;
      const shape = shapeOf(page.getViewport({ scale: 1 }));
      onShape(shape);
      const at = { canvas: canvas.current, words: words.current, scale: width / shape.width };
      await drawPage(page, at, signal);
      page.cleanup();
    };
    draw().then(
      () => setState('drawn'),
      // The other pages may be whole: this one stays white.
      () => setState('failed'),
    );
    return () => unwanted.abort();
  }, [document, number, width, onShape]);
  return (
    <>
      <canvas ref={canvas} aria-hidden="true" data-state={state} />
      <div ref={words} className={styles.words} />
    </>
  );
}

/** Undefined while it is opened. */
function usePdf({ size, address }: PreviewedContent): PdfOutcome | undefined {
  const [outcome, setOutcome] = useState<PdfOutcome>();
  useEffect(() => {
    const opening = openPdf(size, readPartAt(address));
    let isWanted = true;
    void opening.outcome.then((opened) => isWanted && setOutcome(opened));
    return () => {
      isWanted = false;
      opening.close();
    };
  }, [size, address]);
  return outcome;
}

/** Of the first page: most others are like it. */
function useShape(document: PDFDocumentProxy | undefined): Shape | 'failed' | undefined {
  const [shape, setShape] = useState<Shape | 'failed'>();
  useEffect(() => {
    if (document === undefined) return undefined;
    let isWanted = true;
    document.getPage(1).then(
      (page) => isWanted && setShape(shapeOf(page.getViewport({ scale: 1 }))),
      () => isWanted && setShape('failed'),
    );
    return () => {
      isWanted = false;
    };
  }, [document]);
  return shape;
}

/** A page can say that it is a thousand times higher than wide: what is drawn has an end. */
function shapeOf({ width, height }: { readonly width: number; readonly height: number }): Shape {
  const ratio = Math.min(PDF_PAGE_RATIO_MAX, Math.max(1 / PDF_PAGE_RATIO_MAX, height / width));
  return { width, ratio };
}

function useWidth(place: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return width;
}

function useIsNear(place: RefObject<HTMLElement | null>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver((entries) => setIsNear(entries.at(-1)?.isIntersecting === true), {
      rootMargin: '400px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return isNear;
}
