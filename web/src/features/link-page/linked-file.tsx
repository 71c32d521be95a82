import type { LinkNode } from '@syncline/protocol';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { formatBytes } from '../files/format-bytes.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { previewKind } from '../preview/preview-kind.ts';
import type { LinkVisit, OpenedLink } from './create-link-visit.ts';
import { LinkFacts } from './link-facts.tsx';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';
import { type LinkDownload, useLinkDownload } from './use-link-download.ts';

export const LinkedPreview = lazy(async () => ({ default: (await import('./linked-preview.tsx')).LinkedPreview }));

/** Whether a linked file can be looked at here. */
export function canPreview({ kind, name, size }: LinkNode): boolean {
  return kind === 'file' && size > 0 && previewKind(name) !== 'none';
}

/** A linked file: what it is, and ways to see it and to have it. Nothing of it is read before it is asked for, since that counts as a download. */
export function LinkedFile(props: { readonly link: OpenedLink; readonly node: LinkNode; readonly visit: LinkVisit }) {
  const { node, visit, link } = props;
  const { say, locale } = useLinkTexts();
  const download = useLinkDownload(visit, node);
  const [isShown, setIsShown] = useState(false);
  const [wasShown, setWasShown] = useState(false);
  const show = (): void => {
    setIsShown(true);
    setWasShown(true);
  };
  return (
    <div className={styles.file}>
      <span className={styles.preview}>
        <KindIcon node={node} />
      </span>
      <p className={styles.quiet}>{say('link.sharedWithYou')}</p>
      <h1 className={styles.name}>
        <Name of={node.name} />
      </h1>
      <p>{formatBytes(node.size, locale)}</p>
      <div className={styles.ways}>
        <Button kind="primary" icon="download" isDisabled={download.isBusy} onPress={download.start}>
          {say('link.download')}
        </Button>
        {canPreview(node) && (
          <Button icon="show" onPress={show}>
            {say('link.preview')}
          </Button>
        )}
      </div>
      <DownloadNotice download={download} />
      <LinkFacts link={link} used={download.count + (wasShown ? 1 : 0)} />
      <Suspense fallback={null}>
        {isShown && <LinkedPreview visit={visit} first={node} files={[node]} onClose={() => setIsShown(false)} />}
      </Suspense>
    </div>
  );
}

/** How a download goes, read aloud as it changes. */
export function DownloadNotice({ download: { state } }: { readonly download: LinkDownload }) {
  const { say, locale } = useLinkTexts();
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running': {
      const percent = new Intl.NumberFormat(locale, { style: 'percent' }).format(state.share);
      const text = say('link.downloading', { percent });
      return (
        <div className={styles.progress} role="status">
          <progress aria-label={text} max={1} value={state.share} />
          <span>{text}</span>
        </div>
      );
    }
    case 'done':
      return <Notice kind="success">{say('link.downloaded')}</Notice>;
    case 'failed':
      return <Notice kind="problem">{state.text}</Notice>;
  }
}
