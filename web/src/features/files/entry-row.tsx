import { systemClock } from '@syncline/client';
import { memo } from 'react';
import { OfflineMark } from '../offline/offline-mark.tsx';
import styles from './entry-list.module.css';
import { ChooseBox, EntryName, EntrySize, type EntryState, entryAttributes, MoreButton } from './entry-parts.tsx';
import { formatExactly, formatInstant } from './format-instant.ts';
import { KindIcon } from './kind-icon.tsx';
import { useListTexts } from './list-texts.ts';
import { modifiedAtOf } from './modified-at.ts';

/** One entry as a line of the list. */
export const EntryRow = memo(function EntryRow(props: EntryState & { readonly index: number }) {
  const { node, handlers, index } = props;
  const { language } = useListTexts();
  return (
    <div
      {...entryAttributes(props, styles.row)}
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${index * 44}px)` }}
    >
      <div role="gridcell" className={styles.name}>
        <ChooseBox {...props} />
        <KindIcon node={node} />
        <EntryName {...props} />
        <OfflineMark node={node} />
      </div>
      <div role="gridcell" className={styles.modified} title={formatExactly(modifiedAtOf(node), language)}>
        {formatInstant(modifiedAtOf(node), systemClock.now(), language)}
      </div>
      <div role="gridcell" className={styles.size}>
        <EntrySize node={node} />
        <MoreButton node={node} handlers={handlers} />
      </div>
    </div>
  );
});
