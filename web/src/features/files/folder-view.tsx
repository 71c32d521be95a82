import type { Node, NodeId } from '@syncline/protocol';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { readPreferences, writePreferences } from '../../session/preferences.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { ContextMenu } from '../../ui/menu.tsx';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { EntryList } from './entry-list.tsx';
import { useEntryMenu } from './entry-menu.ts';
import type { FolderDialogState } from './folder-dialog.tsx';
import { FolderToolbar } from './folder-toolbar.tsx';
import styles from './folder-view.module.css';
import { FolderWelcome } from './folder-welcome.tsx';
import type { FolderPlace, Listing } from './listing.ts';
import { insideOf } from './plan-operations.ts';
import { compareEntries, nameCollator, type SortOrder, sortEntries } from './sort-entries.ts';
import { useEntryDrag } from './use-entry-drag.ts';
import { useFileActions } from './use-file-actions.ts';
import { useSelection } from './use-selection.ts';
import { folderHref, type TrailStep, useTrail } from './use-trail.ts';

const FolderDialog = lazy(async () => ({ default: (await import('./folder-dialog.tsx')).FolderDialog }));

/** One folder: where it is, what can be done, and what stands in it. */
export function FolderView({ place, listing }: { readonly place: FolderPlace; readonly listing: Listing }) {
  const { t } = useTranslation();
  const actions = useFileActions();
  const trail = useTrail(place);
  const [view, setView] = useView();
  const [order, setOrder] = useState<SortOrder>({ column: 'name', isDescending: false });
  const entries = useSortedEntries(listing, order);
  const used = useSelection(entries);
  const [renaming, setRenaming] = useState<NodeId>();
  const [dialog, setDialog] = useState<FolderDialogState>();
  const move = (nodes: readonly Node[], target: FolderPlace): void => void actions.move(nodes, target);
  const drag = useEntryDrag({ chosen: used.nodes, onMove: move });
  const menu = useEntryMenu({ nodes: used.nodes, setDialog, startRename: setRenaming, actions });
  const folderName = trail.at(-1)?.name ?? t('files.title');
  const isRoot = trail.length <= 1;
  const ways = useWays(trail);

  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <Breadcrumbs trail={trail} onMove={move} />
        <FolderToolbar
          count={entries.length}
          isComplete={listing.isComplete}
          view={view}
          onView={setView}
          chosen={used.nodes.length}
          menu={menu}
          onClear={used.none}
          onNewFolder={() => setDialog({ kind: 'new-folder' })}
        />
      </div>
      {entries.length === 0 && listing.isComplete ? (
        <FolderWelcome isFirst={isRoot} onNewFolder={() => setDialog({ kind: 'new-folder' })} />
      ) : (
        <EntryList
          label={t('files.list', { name: folderName })}
          view={view}
          entries={entries}
          used={used}
          order={order}
          onOrder={setOrder}
          renaming={renaming}
          drag={drag}
          onOpen={ways.open}
          onUp={ways.up}
          onStartRename={({ nodeId }) => setRenaming(nodeId)}
          onRename={(node, name) => {
            setRenaming(undefined);
            if (name !== undefined) void actions.rename(node, name);
          }}
          onDelete={menu.remove}
          onMenu={menu.openAt}
        />
      )}
      <MenuAt menu={menu} label={t('app.more')} />
      <Suspense fallback={null}>
        {dialog !== undefined && (
          <FolderDialog
            state={dialog}
            place={place}
            names={listing.nodes}
            actions={actions}
            onMade={(node) => used.step(node.nodeId, 'alone')}
            onClose={() => setDialog(undefined)}
          />
        )}
      </Suspense>
    </div>
  );
}

/** How folders are shown, which this browser keeps. */
function useView() {
  const [view, setView] = useState(() => readPreferences().view);
  const keep = (next: typeof view): void => {
    setView(next);
    writePreferences({ view: next });
  };
  return [view, keep] as const;
}

/** Into a folder, and out of it. */
function useWays(trail: readonly TrailStep[]) {
  const { account } = useSignedIn();
  const [, navigate] = useLocation();
  const go = (place: FolderPlace): void => navigate(folderHref(place, account.homeNamespaceId));
  return {
    open: (node: Node): void => {
      if (node.kind !== 'file') go(insideOf(node));
    },
    up: (): void => {
      const above = trail.at(-2);
      if (above !== undefined) go(above.place);
    },
  };
}

/** The menu where the pointer is: below an element that has no size. */
function MenuAt({ menu, label }: { readonly menu: ReturnType<typeof useEntryMenu>; readonly label: string }) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: menu.at?.x ?? 0, top: menu.at?.y ?? 0 }} />
      {menu.at !== undefined && (
        <ContextMenu
          key={`${menu.at.x} ${menu.at.y}`}
          label={label}
          entries={menu.entries}
          anchor={anchor}
          onClose={menu.close}
        />
      )}
    </>
  );
}

/** In the order that is asked for; what has changed since the last time is put into its place. */
function useSortedEntries(listing: Listing, order: SortOrder): readonly Node[] {
  const { i18n } = useTranslation();
  const last = useRef<{ readonly compare: unknown; readonly entries: readonly Node[] }>({
    compare: undefined,
    entries: [],
  });
  const compare = useMemo(() => compareEntries(order, nameCollator(i18n.language)), [order, i18n.language]);
  return useMemo(() => {
    const entries = sortEntries(listing.nodes, compare, last.current.compare === compare ? last.current.entries : []);
    last.current = { compare, entries };
    return entries;
  }, [listing.nodes, compare]);
}
