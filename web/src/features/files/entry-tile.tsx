import { memo } from 'react';
import { OfflineMark } from '../offline/offline-mark.tsx';
import styles from './entry-list.module.css';
import { ChooseBox, EntryName, EntrySize, type EntryState, entryAttributes, MoreButton } from './entry-parts.tsx';
import { TilePicture } from './tile-picture.tsx';

/** One entry as a tile. */
export const EntryTile = memo(function EntryTile(props: EntryState) {
  const { node, handlers } = props;
  return (
    <div {...entryAttributes(props, styles.tile)} role="gridcell">
      <ChooseBox {...props} />
      <MoreButton node={node} handlers={handlers} />
      <TilePicture node={node} />
      <EntryName {...props} />
      <span className={styles.tileFacts}>
        <OfflineMark node={node} />
        <EntrySize node={node} />
      </span>
    </div>
  );
});
