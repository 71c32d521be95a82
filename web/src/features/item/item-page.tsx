import { NamespaceId, NodeId } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { Redirect } from 'wouter';
import * as z from 'zod/mini';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { insideOf } from '../files/plan-operations.ts';
import { folderHref, nodeQuery } from '../files/use-trail.ts';

const Ids = z.object({ namespaceId: NamespaceId, nodeId: NodeId });

/** The address of an entry wherever it stands: leads to its folder, where it is chosen, or into it. */
export function ItemPage(props: { readonly namespaceId: string; readonly nodeId: string }) {
  const { t } = useTranslation();
  const ids = z.safeParse(Ids, { namespaceId: props.namespaceId, nodeId: props.nodeId });
  if (ids.success) return <Leading {...ids.data} />;
  return <EmptyState isPage icon="search" title={t('app.notFoundTitle')} text={t('app.notFoundText')} />;
}

function Leading({ namespaceId, nodeId }: z.infer<typeof Ids>) {
  const { t } = useTranslation();
  const { api, account, offline } = useSignedIn();
  const near = offline.isOnline() ? undefined : offline.node(nodeId);
  const { data = near, error } = useQuery({
    ...nodeQuery(api, namespaceId, nodeId),
    staleTime: 0,
    enabled: near === undefined,
  });
  if (error !== null)
    return <EmptyState isPage icon="folder" title={t('files.goneTitle')} text={t('files.goneText')} />;
  if (data === undefined) return <Loading label={t('app.loading')} />;
  const isFile = data.kind === 'file';
  const place = isFile ? { namespaceId, folderId: data.parentId } : insideOf(data);
  return <Redirect to={folderHref(place, account.homeNamespaceId) + (isFile ? `?item=${nodeId}` : '')} replace />;
}
