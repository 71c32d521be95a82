import type { Node } from '@syncline/protocol';
import type { ComponentProps } from 'react';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { shownName } from '../../ui/shown-name.ts';
import styles from './entry-list.module.css';
import type { EntryHandlers } from './entry-list.tsx';
import { formatBytes } from './format-bytes.ts';
import { useListTexts } from './list-texts.ts';
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
  readonly isStarred: boolean;
}

/** What the element of an entry has, a line or a tile: how it looks, and what it hears. */
export function entryAttributes(state: EntryState, shape: string | undefined) {
  const { id, node, handlers, drag, isChosen, isActive, isRenaming, isTarget } = state;
  return {
    id,
    'aria-selected': isChosen,
    className: cx(shape, isChosen && styles.chosen, isActive && styles.active, isTarget && styles.target),
    draggable: !isRenaming,
    onClick: (event) => handlers.press(node, event),
    onDoubleClick: () => handlers.open(node),
    onContextMenu: (event) => {
      event.preventDefault();
      handlers.menu(node, { x: event.clientX, y: event.clientY });
    },
    onDragStart: (event) => drag.start(node, event),
    onDragOver: (event) => drag.over(node, event),
    onDragLeave: () => drag.leave(node),
    onDrop: (event) => drag.drop(node, event),
    onDragEnd: drag.end,
  } satisfies ComponentProps<'div'>;
}

/** The name, which opens; or the field in which it is changed. The name is no stop of the Tab key: the list is one, and Enter opens its active entry. */
export function EntryName({ node, handlers, isRenaming, isStarred }: EntryState) {
  const { t } = useListTexts();
  if (isRenaming) return <RenameField key={node.nodeId} node={node} onDone={(name) => handlers.rename(node, name)} />;
  return (
    <>
      <span
        className={styles.label}
        title={shownName(node.name)}
        onClick={(event) => {
          if (event.shiftKey || event.ctrlKey || event.metaKey) return;
          event.stopPropagation();
          handlers.open(node);
        }}
      >
        <Name of={node.name} />
      </span>
      {isStarred && (
        <span className={styles.star} title={t('starred.mark')}>
          <Icon name="star" />
          <span className="visually-hidden">{t('starred.mark')}</span>
        </span>
      )}
    </>
  );
}

/** Takes the entry into the selection, by pointer or finger; the keyboard has the space bar. */
export function ChooseBox({ node, isChosen, handlers }: Pick<EntryState, 'node' | 'isChosen' | 'handlers'>) {
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

/** How large a file is, or what else an entry is. */
export function EntrySize({ node }: Pick<EntryState, 'node'>) {
  const { t, language } = useListTexts();
  return (
    <span className={styles.bytes}>
      {node.kind === 'file' ? formatBytes(node.size, language) : t(`files.kind_${node.kind}`)}
    </span>
  );
}

export function MoreButton({ node, handlers }: Pick<EntryState, 'node' | 'handlers'>) {
  const { t } = useListTexts();
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
