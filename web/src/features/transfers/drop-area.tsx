import type { ReactNode } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import type { UploadTarget } from '../../transfers/transfer-state.ts';
import { cx } from '../../ui/cx.ts';
import styles from './drop-area.module.css';
import { useFileDrop } from './use-file-drop.ts';

/** A part of a page into which files can be dropped and pasted. */
export function DropArea(props: {
  readonly target: UploadTarget;
  /** Of the folder, as it is called to whoever drops. */
  readonly name: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { isOver, handlers } = useFileDrop(props.target);
  return (
    <div
      className={cx(props.className, isOver && styles.over)}
      data-drop={t('files.drop', { name: props.name })}
      {...handlers}
    >
      {props.children}
    </div>
  );
}
