import { type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import styles from './preview.module.css';
import { usePreviewTexts } from './preview-texts.ts';

/** The dialog around a preview: what is shown, the ways to what stands before and after it, and what else can be done with it. */
export function PreviewFrame(props: {
  readonly title: string;
  /** The place of what is shown among all, from 0; negative where it is none of them. */
  readonly index: number;
  readonly count: number;
  /** Goes to another of them. */
  readonly onGo: (index: number) => void;
  readonly onClose: () => void;
  readonly actions: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, index, count, onGo, onClose, actions, children } = props;
  const { say } = usePreviewTexts();
  const go = (by: number): void => {
    if (index >= 0 && index + by >= 0 && index + by < count) onGo(index + by);
  };
  useArrowKeys(go);
  return (
    <Dialog title={title} closeLabel={say('preview.close')} onClose={onClose} isFull>
      {/* A stop of the Tab key, since what is shown may have to be scrolled. */}
      <div className={styles.preview} role="group" aria-label={title} tabIndex={0}>
        {children}
      </div>
      <footer className={styles.ways}>
        {count > 1 && (
          <>
            <IconButton
              icon="chevron-right"
              className={styles.before}
              label={say('preview.before')}
              isDisabled={index <= 0}
              onPress={() => go(-1)}
            />
            <span role="status">{say('preview.place', { index: String(index + 1), count: String(count) })}</span>
            <IconButton
              icon="chevron-right"
              label={say('preview.after')}
              isDisabled={index < 0 || index >= count - 1}
              onPress={() => go(1)}
            />
          </>
        )}
        {actions}
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
