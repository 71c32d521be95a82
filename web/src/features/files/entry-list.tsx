import type { Node, NodeId } from '@syncline/protocol';
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { cx } from '../../ui/cx.ts';
import { useVirtualRows } from '../../ui/use-virtual-rows.ts';
import styles from './entry-list.module.css';
import { EntryRow } from './entry-row.tsx';
import { EntryTile } from './entry-tile.tsx';
import { ListHead } from './list-head.tsx';
import { ListTextsContext } from './list-texts.ts';
import { assignSlots, type RowSlots } from './row-slots.ts';
import type { EntryDrag } from './use-entry-drag.ts';
import type { FolderModel } from './use-folder-model.ts';
import { useListKeys } from './use-list-keys.ts';
import type { UsedSelection } from './use-selection.ts';

export interface EntryListProps
  extends Pick<
    FolderModel,
    | 'view'
    | 'entries'
    | 'used'
    | 'order'
    | 'setOrder'
    | 'renaming'
    | 'setRenaming'
    | 'rename'
    | 'drag'
    | 'menu'
    | 'ways'
    | 'mayEdit'
  > {
  readonly label: string;
  readonly isStarred: (node: Node) => boolean;
  /** Is chosen and scrolled to once it is there. */
  readonly wanted: NodeId | undefined;
}

const ROW_HEIGHT = 44;
const HEAD_HEIGHT = 36;
const TILE_HEIGHT = 156;
const TILE_WIDTH_MIN = 148;

/** What entries do when they are pressed; the same functions for as long as the list lives, so that rows are drawn once. */
export interface EntryHandlers {
  readonly press: (node: Node, event: MouseEvent) => void;
  readonly open: (node: Node) => void;
  readonly toggle: (node: Node) => void;
  readonly menu: (node: Node, at: { readonly x: number; readonly y: number }) => void;
  readonly rename: (node: Node, name: string | undefined) => void;
}

/** The entries of a folder as a grid of which only what is in sight is drawn. The list has the focus; its active entry is named to readers. */
export function EntryList(props: EntryListProps) {
  const { entries, used, view, renaming, drag, isStarred } = props;
  const texts = useTranslation();
  const { t } = texts;
  const id = useId();
  const isList = view === 'list';
  const headHeight = isList ? HEAD_HEIGHT : 0;
  const rowHeight = isList ? ROW_HEIGHT : TILE_HEIGHT;
  const columns = useRef(1);
  const rows = useVirtualRows({ count: Math.ceil(entries.length / columns.current), rowHeight, headHeight });
  columns.current = isList ? 1 : Math.max(1, Math.floor((rows.width - 24) / TILE_WIDTH_MIN));
  const rowCount = Math.ceil(entries.length / columns.current);
  const { active } = used.selection;
  const reveal = (index: number): void => rows.reveal(Math.floor(index / columns.current));
  const onKeyDown = useListKeys({
    ...props,
    columns: columns.current,
    page: rows.page,
    reveal,
    rowId: (one) => `${id}-${one}`,
  });
  const handlers = useEntryHandlers(props);
  useFocusBack(renaming, rows.scroller);
  useWantedEntry(props, reveal);
  const hasActive = active !== undefined && used.order.includes(active);

  const shape = { columns: columns.current, first: rows.first, last: Math.min(rows.last, rowCount) };
  const shared = { handlers, drag, idPrefix: id, renaming, selection: used.selection, isStarred };
  const slots = useRowSlots(isList ? entries.slice(shape.first, shape.last) : []);
  const drawn = isList ? drawLines(entries, shape, { ...shared, slots }) : drawTiles(entries, shape, shared);

  return (
    <div
      ref={rows.scroller}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-rowcount={rowCount + (isList ? 1 : 0)}
      aria-colcount={isList ? 3 : columns.current}
      aria-activedescendant={hasActive ? `${id}-${active}` : undefined}
      aria-describedby={`${id}-help`}
      className={cx(styles.scroller, drag.isOverFolder && styles.over)}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const [first] = used.order;
        if (event.target === event.currentTarget && !hasActive && first !== undefined) used.step(first, 'move');
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) used.none();
      }}
    >
      <span id={`${id}-help`} hidden>
        {t('files.keysHelp')}
      </span>
      {isList && <ListHead order={props.order} onOrder={props.setOrder} />}
      <div role="rowgroup" className={styles.rows} style={{ height: rowCount * rowHeight }}>
        <ListTextsContext value={texts}>{drawn}</ListTextsContext>
      </div>
    </div>
  );
}

interface SharedState {
  readonly handlers: EntryHandlers;
  readonly drag: EntryDrag;
  readonly idPrefix: string;
  readonly renaming: NodeId | undefined;
  readonly selection: UsedSelection['selection'];
  readonly isStarred: (node: Node) => boolean;
}

/** Rows from the first up to and without the last. */
interface DrawnRows {
  readonly columns: number;
  readonly first: number;
  readonly last: number;
}

function drawLines(
  entries: readonly Node[],
  { first, last }: DrawnRows,
  { slots, ...shared }: SharedState & { readonly slots: RowSlots },
): readonly ReactNode[] {
  return entries
    .slice(first, last)
    .map((node, offset) => (
      <EntryRow key={slots.get(node.nodeId)} node={node} index={first + offset} {...stateOf(node, shared)} />
    ));
}

function drawTiles(
  entries: readonly Node[],
  { columns, first, last }: DrawnRows,
  shared: SharedState,
): readonly ReactNode[] {
  return Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
    const row = first + offset;
    return (
      <div
        key={row}
        role="row"
        aria-rowindex={row + 1}
        className={styles.tileRow}
        style={{ transform: `translateY(${row * TILE_HEIGHT}px)`, gridTemplateColumns: `repeat(${columns}, 1fr)` }}
      >
        {entries.slice(row * columns, (row + 1) * columns).map((node) => (
          <EntryTile key={node.nodeId} node={node} {...stateOf(node, shared)} />
        ))}
      </div>
    );
  });
}

/** Which elements the entries in sight are drawn into: those that were drawn last, as far as they go. */
function useRowSlots(shown: readonly Node[]): RowSlots {
  const drawn = useRef<RowSlots>(new Map());
  const slots = assignSlots(
    drawn.current,
    shown.map(({ nodeId }) => nodeId),
  );
  useEffect(() => {
    drawn.current = slots;
  });
  return slots;
}

/** What is different in the drawing of one entry; all of it compares by value, so that others are not drawn again. */
function stateOf(node: Node, { handlers, drag, idPrefix, renaming, selection, isStarred }: SharedState) {
  const { nodeId } = node;
  return {
    id: `${idPrefix}-${nodeId}`,
    handlers,
    drag: drag.handlers,
    isChosen: selection.chosen.has(nodeId),
    isActive: selection.active === nodeId,
    isRenaming: renaming === nodeId,
    isTarget: drag.target === nodeId,
    isStarred: isStarred(node),
  };
}

function useEntryHandlers(props: EntryListProps): EntryHandlers {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const handlers = useRef<EntryHandlers>({
    press(node, event) {
      const isMore = event.ctrlKey || event.metaKey;
      latest.current.used.step(node.nodeId, event.shiftKey ? 'range' : isMore ? 'toggle' : 'alone');
    },
    open: (node) => latest.current.ways.open(node),
    toggle: (node) => latest.current.used.step(node.nodeId, 'toggle'),
    menu(node, at) {
      const { used, menu } = latest.current;
      used.step(node.nodeId, used.selection.chosen.has(node.nodeId) ? 'move' : 'alone');
      menu.openAt(at);
    },
    rename: (node, name) => latest.current.rename(node, name),
  });
  return handlers.current;
}

/** After a name was typed the keyboard is in the list again. */
function useFocusBack(renaming: NodeId | undefined, list: { readonly current: HTMLElement | null }): void {
  const was = useRef(renaming);
  useEffect(() => {
    if (was.current !== undefined && renaming === undefined) list.current?.focus({ preventScroll: true });
    was.current = renaming;
  }, [renaming, list]);
}

/** Chooses and shows the wanted entry, once: afterwards the person goes where they like. */
function useWantedEntry({ wanted, used }: EntryListProps, reveal: (index: number) => void): void {
  const done = useRef<NodeId>(undefined);
  useEffect(() => {
    if (wanted === undefined || done.current === wanted) return;
    const index = used.order.indexOf(wanted);
    if (index < 0) return;
    done.current = wanted;
    used.step(wanted, 'alone');
    reveal(index);
  });
}
