import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/cx.ts';
import styles from './entry-list.module.css';
import { ChooseBox, EntryName, type EntryState, MoreButton } from './entry-row.tsx';
import { formatBytes } from './format-bytes.ts';
import { KindIcon } from './kind-icon.tsx';
import { RenameField } from './rename-field.tsx';

/** One entry as a tile. */
export const EntryTile = memo(function EntryTile(props: EntryState) {
  const { id, node, handlers, drag, isChosen, isActive, isRenaming, isTarget } = props;
  const { t, i18n } = useTranslation();
  return (
    <div
      id={id}
      role="gridcell"
      aria-selected={isChosen}
      className={cx(styles.tile, isChosen && styles.chosen, isActive && styles.active, isTarget && styles.target)}
      draggable={!isRenaming}
      onClick={(event) => handlers.press(node, event)}
      onDoubleClick={() => handlers.open(node)}
      onContextMenu={(event) => {
        event.preventDefault();
        handlers.menu(node, { x: event.clientX, y: event.clientY });
      }}
      onDragStart={(event) => drag.start(node, event)}
      onDragOver={(event) => drag.over(node, event)}
      onDragLeave={() => drag.leave(node)}
      onDrop={(event) => drag.drop(node, event)}
      onDragEnd={drag.end}
    >
      <ChooseBox node={node} isChosen={isChosen} handlers={handlers} />
      <MoreButton node={node} handlers={handlers} />
      <KindIcon node={node} />
      {isRenaming ? (
        <RenameField node={node} onDone={(name) => handlers.rename(node, name)} />
      ) : (
        <EntryName node={node} handlers={handlers} />
      )}
      <span className={styles.bytes}>
        {node.kind === 'file' ? formatBytes(node.size, i18n.language) : t(`files.kind_${node.kind}`)}
      </span>
    </div>
  );
});
