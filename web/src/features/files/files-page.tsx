import { NamespaceId, type Node, NodeId, rootNodeId } from '@syncline/protocol';
import { lazy, Suspense, useMemo, useState } from 'react';
import * as z from 'zod/mini';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { useIsOnline } from '../offline/use-offline.ts';
import { RefusedError } from './answer-value.ts';
import { failureMessage } from './failure-message.ts';
import { FolderView } from './folder-view.tsx';
import type { FolderPlace } from './listing.ts';
import { useListing } from './use-listing.ts';

const EditorDialog = lazy(async () => ({ default: (await import('../editor/editor-dialog.tsx')).EditorDialog }));

/** A folder by its ids from the address; the account's own root without them. */
export function FilesPage(props: { readonly namespaceId?: string; readonly folderId?: string }) {
  const { t } = useTranslation();
  const { account } = useSignedIn();
  const place = useMemo<FolderPlace | undefined>(() => {
    if (props.namespaceId === undefined) {
      return { namespaceId: account.homeNamespaceId, folderId: rootNodeId(account.homeNamespaceId) };
    }
    const namespaceId = z.safeParse(NamespaceId, props.namespaceId);
    const folderId = z.safeParse(NodeId, props.folderId);
    return namespaceId.success && folderId.success
      ? { namespaceId: namespaceId.data, folderId: folderId.data }
      : undefined;
  }, [props.namespaceId, props.folderId, account.homeNamespaceId]);
  if (place === undefined) {
    return <EmptyState isPage icon="search" title={t('app.notFoundTitle')} text={t('app.notFoundText')} />;
  }
  return <Folder key={`${place.namespaceId}/${place.folderId}`} place={place} />;
}

/** What is written in the editor stays there when the folder goes: it can still be saved. */
function Folder({ place }: { readonly place: FolderPlace }) {
  const [edited, setEdited] = useState<Node>();
  return (
    <>
      <FolderContent place={place} onEdit={setEdited} />
      {edited !== undefined && (
        <Suspense fallback={null}>
          <EditorDialog node={edited} onClose={() => setEdited(undefined)} />
        </Suspense>
      )}
    </>
  );
}

function FolderContent({ place, onEdit }: { readonly place: FolderPlace; readonly onEdit: (file: Node) => void }) {
  const { t } = useTranslation();
  const listing = useListing(place);
  const isOnline = useIsOnline();
  if (listing.data !== undefined) return <FolderView place={place} listing={listing.data} onEdit={onEdit} />;
  if (listing.error === null) return <Loading label={t('app.loading')} />;
  const isGone = listing.error instanceof RefusedError && listing.error.problem.code === 'not_found';
  if (isGone) return <EmptyState isPage icon="folder" title={t('files.goneTitle')} text={t('files.goneText')} />;
  if (!isOnline) {
    return <EmptyState isPage icon="offline" title={t('offline.notKeptTitle')} text={t('offline.notKeptText')} />;
  }
  return (
    <EmptyState isPage icon="warning" title={t('files.failedTitle')} text={failureMessage(t, listing.error)}>
      <Button kind="primary" onPress={() => void listing.refetch()}>
        {t('app.retry')}
      </Button>
    </EmptyState>
  );
}
