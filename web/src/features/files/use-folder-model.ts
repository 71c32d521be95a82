import { type Node, NodeId } from '@syncline/protocol';
import { useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import * as z from 'zod/mini';
import { useTranslation } from '../../messages/translate.ts';
import { readPreferences, writePreferences } from '../../session/preferences.ts';
import { useSignedIn } from '../../session/session-context.ts';
import type { DetailsTab } from '../details/details-pane.tsx';
import { useStars } from '../starred/use-stars.ts';
import { useEntryMenu } from './entry-menu.ts';
import type { FolderDialogState } from './folder-dialog.tsx';
import type { FolderPlace, Listing } from './listing.ts';
import { insideOf } from './plan-operations.ts';
import { compareEntries, nameCollator, type SortOrder, sortEntries } from './sort-entries.ts';
import { useEntryDrag } from './use-entry-drag.ts';
import { useFileActions } from './use-file-actions.ts';
import { useSelection } from './use-selection.ts';
import { folderHref, type TrailStep, useMayEdit, useTrail } from './use-trail.ts';

export type FolderModel = ReturnType<typeof useFolderModel>;

export interface FolderModelOptions {
  readonly place: FolderPlace;
  readonly listing: Listing;
  /** Opens the editor, which outlives the folder. */
  readonly onEdit: (file: Node) => void;
}

/** What a person has going on in one folder: its order, what is chosen, renamed and dragged, and what lies open beside it. */
export function useFolderModel({ place, listing, onEdit }: FolderModelOptions) {
  const actions = useFileActions();
  const trail = useTrail(place);
  const mayEdit = useMayEdit(place);
  const [view, setView] = useView();
  const [order, setOrder] = useState<SortOrder>({ column: 'name', isDescending: false });
  const entries = useSortedEntries(listing, order);
  const used = useSelection(entries);
  const [renaming, setRenaming] = useState<NodeId>();
  // What is gone is not renamed any more, or it would be once it is back.
  if (renaming !== undefined && !listing.nodes.has(renaming)) setRenaming(undefined);
  const [dialog, setDialog] = useState<FolderDialogState>();
  const [details, setDetails] = useState<DetailsTab>();
  const [preview, setPreview] = useState<Node>();
  const [wanted, setWanted] = useWanted();
  const move = (nodes: readonly Node[], target: FolderPlace): void => void actions.move(nodes, target);
  const drag = useEntryDrag({ chosen: used.nodes, mayMove: mayEdit, onMove: move });
  const stars = useStars();
  const menu = useEntryMenu({
    nodes: used.nodes,
    setDialog,
    onEdit,
    startRename: setRenaming,
    showDetails: setDetails,
    actions,
    stars,
    trailNodes: trail.flatMap(({ node }) => node ?? []),
    mayEdit,
  });
  const ways = useWays(trail, setPreview);
  const rename = (node: Node, name: string | undefined): void => {
    setRenaming(undefined);
    if (name !== undefined) void actions.rename(node, name);
  };
  const newFolder = (): void => setDialog({ kind: 'new-folder' });
  const [only, other] = used.nodes;
  return {
    actions,
    stars,
    trail,
    mayEdit,
    view,
    setView,
    order,
    setOrder,
    entries,
    used,
    renaming,
    setRenaming,
    dialog,
    setDialog,
    details,
    setDetails,
    preview,
    setPreview,
    wanted,
    setWanted,
    move,
    drag,
    menu,
    ways,
    rename,
    newFolder,
    /** What the details are about. */
    told: other === undefined ? only : undefined,
  };
}

/** The entry that is to be shown and chosen once it is there: that of the address, or one that was just made. */
function useWanted() {
  const item = new URLSearchParams(useSearch()).get('item');
  return useState<NodeId | undefined>(() => {
    const parsed = z.safeParse(NodeId, item);
    return parsed.success ? parsed.data : undefined;
  });
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
function useWays(trail: readonly TrailStep[], show: (file: Node) => void) {
  const { account } = useSignedIn();
  const [, navigate] = useLocation();
  const go = (place: FolderPlace): void => navigate(folderHref(place, account.homeNamespaceId));
  return {
    open: (node: Node): void => {
      if (node.kind === 'file') show(node);
      else go(insideOf(node));
    },
    up: (): void => {
      const above = trail.at(-2);
      if (above !== undefined) go(above.place);
    },
  };
}

/** In the order that is asked for; what has changed since the last time is put into its place. */
function useSortedEntries(listing: Listing, order: SortOrder): readonly Node[] {
  const { language } = useTranslation();
  const last = useRef<{ readonly compare: unknown; readonly entries: readonly Node[] }>({
    compare: undefined,
    entries: [],
  });
  const compare = useMemo(() => compareEntries(order, nameCollator(language)), [order, language]);
  return useMemo(() => {
    const entries = sortEntries(listing.nodes, compare, last.current.compare === compare ? last.current.entries : []);
    last.current = { compare, entries };
    return entries;
  }, [listing.nodes, compare]);
}
