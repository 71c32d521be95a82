import type { Node } from '@syncline/protocol';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { type ReadPart, readPartOf } from '../../content/read-part.ts';
import { LOCAL_REV_MIN } from '../../offline/limits.ts';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { formatBytes } from '../files/format-bytes.ts';
import { useIsOnline, useOffline } from '../offline/use-offline.ts';
import { TEXT_BYTES_MAX } from './limits.ts';
import { type ArchiveEntry, listArchive } from './list-archive.ts';
import { parseTable, separatorOf } from './parse-table.ts';
import styles from './preview.module.css';
import { previewKind } from './preview-kind.ts';

/** A file as it looks. What it holds never becomes a part of the page's markup: pictures and players get its address, texts are text. */
export function PreviewBody({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const [hasFailed, setHasFailed] = useState(false);
  const isOnline = useIsOnline();
  const isHere = useOffline().kept.hasContent(node) || node.contentRev >= LOCAL_REV_MIN;
  const address = contentPath(addressOf(node, false));
  const fail = (): void => setHasFailed(true);
  if (!isOnline && !isHere) {
    return <EmptyState icon="offline" title={t('offline.notKeptTitle')} text={t('offline.notKeptText')} />;
  }
  if (hasFailed) return <EmptyState icon="warning" title={t('preview.failedTitle')} text={t('preview.failedText')} />;
  switch (previewKind(node.name)) {
    case 'image':
      return <img className={styles.picture} src={address} alt={node.name} onError={fail} />;
    case 'video':
      // Captions of a person's own film are in the film, or nowhere.
      return <video className={styles.picture} src={address} controls onError={fail} aria-label={node.name} />;
    case 'audio':
      return <audio className={styles.sound} src={address} controls onError={fail} aria-label={node.name} />;
    case 'pdf':
      return <iframe className={styles.pages} src={address} title={node.name} />;
    case 'text':
      return <TextOf node={node}>{(text) => <pre className={styles.text}>{text}</pre>}</TextOf>;
    case 'table':
      return <TextOf node={node}>{(text) => <Table text={text} />}</TextOf>;
    case 'archive':
      return <Archive node={node} onFailed={fail} />;
    case 'none':
      return <EmptyState icon="file" title={t('preview.noneTitle')} text={t('preview.noneText')} />;
  }
}

function TextOf({ node, children }: { readonly node: Node; readonly children: (text: string) => ReactNode }) {
  const { t, i18n } = useTranslation();
  const text = useLoaded(node, async (read) =>
    new TextDecoder().decode(await read(0, Math.min(node.size, TEXT_BYTES_MAX))),
  );
  if (text === 'failed')
    return <EmptyState icon="warning" title={t('preview.failedTitle')} text={t('preview.failedText')} />;
  if (text === undefined) return <Loading label={t('app.loading')} />;
  const limit = formatBytes(TEXT_BYTES_MAX, i18n.language);
  return (
    <>
      {node.size > TEXT_BYTES_MAX && <p className={styles.cut}>{t('preview.cut', { limit })}</p>}
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

function Archive({ node, onFailed }: { readonly node: Node; readonly onFailed: () => void }) {
  const { t, i18n } = useTranslation();
  const entries = useLoaded<readonly ArchiveEntry[] | undefined>(node, (read) => listArchive(node.size, read));
  const isFailed = entries === 'failed' || (entries !== undefined && entries.value === undefined);
  useEffect(() => {
    if (isFailed) onFailed();
  }, [isFailed, onFailed]);
  if (entries === undefined || entries === 'failed' || entries.value === undefined) {
    return <Loading label={t('app.loading')} />;
  }
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('preview.entry')}</th>
          <th scope="col">{t('preview.size')}</th>
        </tr>
      </thead>
      <tbody>
        {keyed(entries.value).map(({ key, value }) => (
          <tr key={key}>
            <td>{value.path}</td>
            <td>{value.path.endsWith('/') ? '' : formatBytes(value.size, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is made of parts of a content; undefined while it is read. */
function useLoaded<T>(node: Node, load: (read: ReadPart) => Promise<T>): { readonly value: T } | 'failed' | undefined {
  const [loaded, setLoaded] = useState<{ readonly value: T } | 'failed'>();
  useEffect(() => {
    let isWanted = true;
    load(readPartOf(node)).then(
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
