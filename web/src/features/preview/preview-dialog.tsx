import type { Node } from '@syncline/protocol';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { isEditable } from '../editor/is-editable.ts';
import { useSaving } from '../transfers/use-saving.ts';
import styles from './preview.module.css';
import { PreviewBody } from './preview-body.tsx';

/** Shows a file, and those before and after it in its folder. */
export function PreviewDialog(props: {
  readonly first: Node;
  /** All that stands in the folder, in its order. */
  readonly entries: readonly Node[];
  readonly onEdit?: (node: Node) => void;
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
  useArrowKeys(go);
  return (
    <Dialog title={shown.name} closeLabel={t('app.close')} onClose={props.onClose} isFull>
      <div className={styles.preview}>
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
        {props.onEdit !== undefined && isEditable(shown) && (
          <Button icon="edit" onPress={() => props.onEdit?.(shown)}>
            {t('offline.edit')}
          </Button>
        )}
        <Button icon="download" onPress={() => void save([shown])}>
          {t('transfers.download')}
        </Button>
      </footer>
    </Dialog>
  );
}

/** The arrow keys, wherever the focus is in the dialog: it is on the dialog itself at first. */
function useArrowKeys(go: (by: number) => void): void {
  const latest = useRef(go);
  useEffect(() => {
    latest.current = go;
  });
  useEffect(() => {
    const hear = ({ key, target }: KeyboardEvent): void => {
      // A player and a field use the arrows themselves.
      if (target instanceof HTMLMediaElement || target instanceof HTMLInputElement) return;
      if (key === 'ArrowRight') latest.current(1);
      if (key === 'ArrowLeft') latest.current(-1);
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
}
