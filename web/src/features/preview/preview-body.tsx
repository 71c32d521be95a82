import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { type ReadPart, readPartAt } from '../../content/read-part.ts';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { TEXT_BYTES_MAX } from './limits.ts';
import { type ArchiveEntry, listArchive } from './list-archive.ts';
import { parseTable, separatorOf } from './parse-table.ts';
import styles from './preview.module.css';
import { previewKind } from './preview-kind.ts';
import { usePreviewTexts } from './preview-texts.ts';
import type { PreviewedContent } from './previewed-content.ts';

const PdfPages = lazy(async () => ({ default: (await import('./pdf-pages.tsx')).PdfPages }));

/** A file as it looks. What it holds never becomes a part of the page's markup: pictures and players get its address, texts are text. */
export function PreviewBody({ content }: { readonly content: PreviewedContent }) {
  const { say } = usePreviewTexts();
  const [hasFailed, setHasFailed] = useState(false);
  const { name, address } = content;
  const fail = (): void => setHasFailed(true);
  if (hasFailed) return <Failed />;
  switch (previewKind(name)) {
    case 'image':
      return <img className={styles.picture} src={address} alt={name} onError={fail} />;
    case 'video':
      // Captions of a person's own film are in the film, or nowhere.
      return <video className={styles.picture} src={address} controls onError={fail} aria-label={name} />;
    case 'audio':
      return <audio className={styles.sound} src={address} controls onError={fail} aria-label={name} />;
    case 'pdf':
      return (
        <Suspense fallback={<Loading label={say('preview.loading')} />}>
          <PdfPages content={content} onFailed={fail} />
        </Suspense>
      );
    case 'text':
      return <TextOf content={content}>{(text) => <pre className={styles.text}>{text}</pre>}</TextOf>;
    case 'table':
      return <TextOf content={content}>{(text) => <Table text={text} />}</TextOf>;
    case 'archive':
      return <Archive content={content} onFailed={fail} />;
    case 'none':
      return <EmptyState icon="file" title={say('preview.noneTitle')} text={say('preview.noneText')} />;
  }
}

function Failed() {
  const { say } = usePreviewTexts();
  return <EmptyState icon="warning" title={say('preview.failedTitle')} text={say('preview.failedText')} />;
}

function TextOf(props: { readonly content: PreviewedContent; readonly children: (text: string) => ReactNode }) {
  const { content, children } = props;
  const { say, language } = usePreviewTexts();
  const text = useLoaded(content, async (read) =>
    new TextDecoder().decode(await read(0, Math.min(content.size, TEXT_BYTES_MAX))),
  );
  if (text === 'failed') return <Failed />;
  if (text === undefined) return <Loading label={say('preview.loading')} />;
  const limit = formatBytes(TEXT_BYTES_MAX, language);
  return (
    <>
      {content.size > TEXT_BYTES_MAX && <p className={styles.cut}>{say('preview.cut', { limit })}</p>}
      {children(text.value)}
    </>
  );
}

function Table({ text }: { readonly text: string }) {
  const [head = [], ...rows] = parseTable(text, separatorOf(text));
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          {keyed(head).map(({ key, value }) => (
            <th key={key} scope="col">
              {value}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {keyed(rows).map((row) => (
          <tr key={row.key}>
            {keyed(row.value).map(({ key, value }) => (
              <td key={key}>{value}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Archive({ content, onFailed }: { readonly content: PreviewedContent; readonly onFailed: () => void }) {
  const { say, language } = usePreviewTexts();
  const entries = useLoaded<readonly ArchiveEntry[] | undefined>(content, (read) => listArchive(content.size, read));
  const isFailed = entries === 'failed' || (entries !== undefined && entries.value === undefined);
  useEffect(() => {
    if (isFailed) onFailed();
  }, [isFailed, onFailed]);
  if (entries === undefined || entries === 'failed' || entries.value === undefined) {
    return <Loading label={say('preview.loading')} />;
  }
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{say('preview.entry')}</th>
          <th scope="col">{say('preview.size')}</th>
        </tr>
      </thead>
      <tbody>
        {keyed(entries.value).map(({ key, value }) => (
          <tr key={key}>
            <td>{shownName(value.path)}</td>
            <td>{value.path.endsWith('/') ? '' : formatBytes(value.size, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is made of parts of a content; undefined while it is read. */
function useLoaded<T>(
  { address }: PreviewedContent,
  load: (read: ReadPart) => Promise<T>,
): { readonly value: T } | 'failed' | undefined {
  const [loaded, setLoaded] = useState<{ readonly value: T } | 'failed'>();
  useEffect(() => {
    let isWanted = true;
    load(readPartAt(address)).then(
      (value) => isWanted && setLoaded({ value }),
      () => isWanted && setLoaded('failed'),
    );
    return () => {
      isWanted = false;
    };
    // A preview is made anew for each content (`key`), and never for another one.
  }, []);
  return loaded;
}

/** Rows and cells have no names but their places. */
function keyed<T>(values: readonly T[]): readonly { readonly key: string; readonly value: T }[] {
  return values.map((value, index) => ({ key: String(index), value }));
}
