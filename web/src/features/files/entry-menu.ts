import type { Node, NodeId } from '@syncline/protocol';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toasts.tsx';
import type { DetailsTab } from '../details/details-pane.tsx';
import { isEditable } from '../editor/is-editable.ts';
import { useMarking } from '../offline/use-marking.ts';
import type { Stars } from '../starred/use-stars.ts';
import { useSaving } from '../transfers/use-saving.ts';
import type { FileActions } from './file-actions.ts';
import type { FolderDialogState } from './folder-dialog.tsx';
import { insideOf } from './plan-operations.ts';
import { folderHref } from './use-trail.ts';

export interface EntryMenuOptions {
  /** What is chosen. */
  readonly nodes: readonly Node[];
  readonly setDialog: (state: FolderDialogState) => void;
  readonly onEdit: (file: Node) => void;
  readonly startRename: (nodeId: NodeId) => void;
  readonly showDetails: (tab: DetailsTab) => void;
  readonly actions: FileActions;
  readonly stars: Stars;
  /** The folders on the way to where they stand, from the top. */
  readonly trailNodes: readonly Node[];
  /** Whether anything may be changed where they stand. */
  readonly mayEdit: boolean;
}

export interface EntryMenu {
  readonly entries: readonly MenuEntry[];
  readonly at: { readonly x: number; readonly y: number } | undefined;
  readonly openAt: (at: { readonly x: number; readonly y: number }) => void;
  readonly close: () => void;
  readonly remove: () => void;
  readonly move: () => void;
}

/** What can be done to the chosen entries, for the menu, the bar and the keyboard alike. */
export function useEntryMenu(options: EntryMenuOptions): EntryMenu {
  const { nodes, setDialog, onEdit, startRename, showDetails, actions, stars, trailNodes, mayEdit } = options;
  const { t } = useTranslation();
  const save = useSaving();
  const [at, setAt] = useState<EntryMenu['at']>();
  const [first] = nodes;
  const isOne = nodes.length === 1;
  const isStarred = nodes.length > 0 && nodes.every(stars.has);
  const marking = useMarking(nodes, trailNodes);
  const mount = nodes.find(({ kind }) => kind === 'mount');
  const remove = (): void => {
    if (nodes.length === 0 || !mayEdit) return;
    // Others go on with a shared folder: it is left, and only by itself.
    if (mount !== undefined) setDialog({ kind: 'leave', node: mount });
    else void actions.remove(nodes);
  };
  const move = (): void => {
    if (nodes.length > 0 && mayEdit) setDialog({ kind: 'move', nodes });
  };
  const copyAddress = useCopyAddress();
  const forOne: readonly MenuEntry[] =
    isOne && first !== undefined
      ? [
          ...only(mayEdit, {
            id: 'rename',
            text: t('files.rename'),
            icon: 'edit',
            keys: 'F2',
            run: () => startRename(first.nodeId),
          }),
          ...only(mayEdit && isEditable(first), {
            id: 'edit',
            text: t('offline.edit'),
            icon: 'edit',
            run: () => onEdit(first),
          }),
          { id: 'details', text: t('files.details'), icon: 'info', run: () => showDetails('info') },
          { id: 'share', text: t('files.share'), icon: 'share', run: () => showDetails('sharing') },
          { id: 'address', text: t('files.copyLink'), icon: 'link', run: () => copyAddress(first) },
        ]
      : [];
  return {
    at,
    openAt: setAt,
    close: () => setAt(undefined),
    remove,
    move,
    entries: [
      ...forOne,
      {
        id: 'star',
        text: t(isStarred ? 'starred.remove' : 'starred.add'),
        icon: 'star',
        run: () => stars.set(nodes, !isStarred),
      },
      { id: 'download', text: t('transfers.download'), icon: 'download', run: () => void save(nodes) },
      ...only(mayEdit, { id: 'move', text: t('files.move'), icon: 'move', run: move }),
      { id: 'copy', text: t('files.copy'), icon: 'copy', run: () => setDialog({ kind: 'copy', nodes }) },
      ...marking,
      ...only(mayEdit, 'separator', {
        id: 'delete',
        text: t(mount === undefined ? 'files.delete' : 'files.leave'),
        icon: mount === undefined ? 'trash' : 'sign-out',
        keys: 'Del',
        isDanger: true,
        run: remove,
      }),
    ],
  };
}

/** Copies the address at which an entry is shown, for people who may see it. */
function useCopyAddress(): (node: Node) => void {
  const { t } = useTranslation();
  const { account } = useSignedIn();
  const toast = useToast();
  return (node) => {
    const place = node.kind === 'file' ? { namespaceId: node.namespaceId, folderId: node.parentId } : insideOf(node);
    const address = new URL(folderHref(place, account.homeNamespaceId), location.origin);
    if (node.kind === 'file') address.searchParams.set('item', node.nodeId);
    void navigator.clipboard.writeText(address.href).then(() => toast({ text: t('files.addressCopied') }));
  };
}

function only(isOffered: boolean, ...entries: readonly MenuEntry[]): readonly MenuEntry[] {
  return isOffered ? entries : [];
}
