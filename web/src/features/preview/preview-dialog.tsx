import type { Node } from '@syncline/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useSaving } from '../transfers/use-saving.ts';
import styles from './preview.module.css';
import { PreviewBody } from './preview-body.tsx';

/** Shows a file, and those before and after it in its folder. */
export function PreviewDialog(props: {
  readonly first: Node;
  /** All that stands in the folder, in its order. */
  readonly entries: readonly Node[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const save = useSaving();
  const files = props.entries.filter(({ kind }) => kind === 'file');
  const [shownId, setShownId] = useState(props.first.nodeId);
  const index = files.findIndex(({ nodeId }) => nodeId === shownId);
  const shown = files[index] ?? props.first;
  const go = (by: number): void => {
    const next = files[index + by];
    if (next !== undefined) setShownId(next.nodeId);
  };
  return (
    <Dialog title={shown.name} closeLabel={t('app.close')} onClose={props.onClose} isFull>
      <div
        className={styles.preview}
        onKeyDown={({ key, target }) => {
          // A player uses the arrows itself.
          if (target instanceof HTMLMediaElement) return;
          if (key === 'ArrowRight') go(1);
          if (key === 'ArrowLeft') go(-1);
        }}
      >
        <PreviewBody key={`${shown.nodeId} ${shown.contentRev}`} node={shown} />
      </div>
      <footer className={styles.ways}>
        <IconButton
          icon="chevron-right"
          className={styles.before}
          label={t('preview.before')}
          isDisabled={index <= 0}
          onPress={() => go(-1)}
        />
        <span role="status">{t('preview.place', { index: index + 1, count: files.length })}</span>
        <IconButton
          icon="chevron-right"
          label={t('preview.after')}
          isDisabled={index < 0 || index >= files.length - 1}
          onPress={() => go(1)}
        />
        <Button icon="download" onPress={() => void save([shown])}>
          {t('transfers.download')}
        </Button>
      </footer>
    </Dialog>
  );
}
