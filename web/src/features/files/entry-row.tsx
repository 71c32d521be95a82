import { systemClock } from '@syncline/client';
import type { Node } from '@syncline/protocol';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './entry-list.module.css';
import type { EntryHandlers } from './entry-list.tsx';
import { formatBytes } from './format-bytes.ts';
import { formatExactly, formatInstant } from './format-instant.ts';
import { KindIcon } from './kind-icon.tsx';
import { RenameField } from './rename-field.tsx';
import type { DragHandlers } from './use-entry-drag.ts';

export interface EntryState {
  readonly id: string;
  readonly node: Node;
  readonly handlers: EntryHandlers;
  readonly drag: DragHandlers;
  readonly isChosen: boolean;
  readonly isActive: boolean;
  readonly isRenaming: boolean;
  readonly isTarget: boolean;
}

/** One entry as a line of the list. */
export const EntryRow = memo(function EntryRow(props: EntryState & { readonly index: number }) {
  const { id, node, handlers, drag, isChosen, isActive, isRenaming, isTarget, index } = props;
  const { t, i18n } = useTranslation();
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className={cx(styles.row, isChosen && styles.chosen, isActive && styles.active, isTarget && styles.target)}
      style={{ transform: `translateY(${index * 44}px)` }}
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
      <div role="gridcell" className={styles.name}>
        <ChooseBox node={node} isChosen={isChosen} handlers={handlers} />
        <KindIcon node={node} />
        {isRenaming ? (
          <RenameField node={node} onDone={(name) => handlers.rename(node, name)} />
        ) : (
          <EntryName node={node} handlers={handlers} />
        )}
      </div>
      <div role="gridcell" className={styles.modified} title={formatExactly(node.modifiedAt, i18n.language)}>
        {formatInstant(node.modifiedAt, systemClock.now(), i18n.language)}
      </div>
      <div role="gridcell" className={styles.size}>
        <span className={styles.bytes}>
          {node.kind === 'file' ? formatBytes(node.size, i18n.language) : t(`files.kind_${node.kind}`)}
        </span>
        <MoreButton node={node} handlers={handlers} />
      </div>
    </div>
  );
});

/** The name, which opens. It is no stop of the Tab key: the list is one, and Enter opens its active entry. */
export function EntryName({ node, handlers }: { readonly node: Node; readonly handlers: EntryHandlers }) {
  return (
    <span
      className={styles.label}
      title={node.name}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) return;
        event.stopPropagation();
        handlers.open(node);
      }}
    >
      {node.name}
    </span>
  );
}

/** Takes the entry into the selection, by pointer or finger; the keyboard has the space bar. */
export function ChooseBox(props: {
  readonly node: Node;
  readonly isChosen: boolean;
  readonly handlers: EntryHandlers;
}) {
  const { node, isChosen, handlers } = props;
  return (
    <span
      className={cx(styles.box, isChosen && styles.checked)}
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        handlers.toggle(node);
      }}
    >
      {isChosen && <Icon name="check" />}
    </span>
  );
}

export function MoreButton({ node, handlers }: { readonly node: Node; readonly handlers: EntryHandlers }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.more}
      aria-label={t('files.actionsFor', { name: node.name })}
      onClick={(event) => {
        event.stopPropagation();
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        handlers.menu(node, { x: left, y: bottom });
      }}
    >
      <Icon name="more" />
    </button>
  );
}
