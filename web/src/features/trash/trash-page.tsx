import { systemClock } from '@syncline/client';
import type { NamespaceId, TrashEntry } from '@syncline/protocol';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { SelectField } from '../../ui/select-field.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { useToast } from '../../ui/toasts.tsx';
import { useRowFocus } from '../../ui/use-row-focus.ts';
import { answerValue } from '../files/answer-value.ts';
import type { PlainOperation } from '../files/commit.ts';
import { ConfirmDialog } from '../files/confirm-dialog.tsx';
import { failureMessage } from '../files/failure-message.ts';
import { readAnew } from '../files/follow-live.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatInstant } from '../files/format-instant.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { queryKeys } from '../files/query-keys.ts';
import { useFileActions } from '../files/use-file-actions.ts';
import { sharedFoldersQuery } from '../files/use-trail.ts';

/** What was deleted: it can be brought back, or ended for good. Each shared folder has a trash of its own. */
export function TrashPage() {
  const { t } = useTranslation();
  const { api, account } = useSignedIn();
  const [namespaceId, setNamespaceId] = useState(account.homeNamespaceId);
  const { data: shared } = useQuery(sharedFoldersQuery(api));
  const folder = shared?.folders.find((one) => one.namespaceId === namespaceId);
  const may = { restore: folder?.role !== 'viewer', purge: folder === undefined || folder.role === 'owner' };
  const places = [
    { value: account.homeNamespaceId, text: t('trash.own') },
    ...(shared?.folders ?? []).map((one) => ({ value: one.namespaceId, text: shownName(one.name) })),
  ];
  return (
    <Page
      title={t('trash.title')}
      aside={
        places.length > 1 && (
          <SelectField
            label={t('trash.of')}
            isLabelHidden
            value={namespaceId}
            options={places}
            onChange={setNamespaceId}
          />
        )
      }
    >
      <Entries key={namespaceId} namespaceId={namespaceId} may={may} />
    </Page>
  );
}

interface AllowedInTrash {
  readonly restore: boolean;
  readonly purge: boolean;
}

function Entries({ namespaceId, may }: { readonly namespaceId: NamespaceId; readonly may: AllowedInTrash }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const [purging, setPurging] = useState<TrashEntry>();
  const rowFocus = useRowFocus();
  const query = useInfiniteQuery({
    queryKey: queryKeys.trash(namespaceId),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(await api.listTrash({ query: { namespaceId, limit: '100', page: pageParam }, signal })),
    getNextPageParam: ({ nextPage }) => nextPage,
    staleTime: 0,
  });
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0 && !query.hasNextPage) {
    return <EmptyState icon="trash" title={t('trash.emptyTitle')} text={t('trash.emptyText')} />;
  }
  return (
    <>
      <ul className={rows.rows} {...rowFocus}>
        {entries.map((entry) => (
          <TrashRow
            key={`${entry.nodeId} ${entry.deletedAt}`}
            namespaceId={namespaceId}
            entry={entry}
            mayRestore={may.restore}
            onPurge={may.purge ? () => setPurging(entry) : undefined}
          />
        ))}
      </ul>
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
      {purging !== undefined && (
        <PurgeDialog namespaceId={namespaceId} entry={purging} onClose={() => setPurging(undefined)} />
      )}
    </>
  );
}

function TrashRow(props: {
  readonly namespaceId: NamespaceId;
  readonly entry: TrashEntry;
  readonly mayRestore: boolean;
  readonly onPurge: (() => void) | undefined;
}) {
  const { namespaceId, entry, mayRestore, onPurge } = props;
  const { t, language } = useTranslation();
  const run = useTrashOperation(namespaceId);
  const toast = useToast();
  const { nodeId, name, kind, path, size, deletedAt } = entry;
  const restore = async (): Promise<void> => {
    if (await run({ type: 'restore', namespaceId, nodeId }, name)) toast({ text: t('trash.restored', { name }) });
  };
  return (
    <li className={rows.row}>
      <KindIcon node={{ kind, name }} />
      <span className={rows.main}>
        <span className={rows.title}>
          <Name of={name} />
        </span>
        <span className={rows.quiet}>
          {shownName(path)} · {t('trash.deleted', { when: formatInstant(deletedAt, systemClock.now(), language) })}
          {kind === 'file' && ` · ${formatBytes(size, language)}`}
        </span>
      </span>
      <span className={rows.actions}>
        {mayRestore && (
          <Button icon="restore" aria-label={t('trash.restoreOf', { name })} onPress={() => void restore()}>
            {t('trash.restore')}
          </Button>
        )}
        {onPurge !== undefined && (
          <Button kind="quiet" aria-label={t('trash.purgeOf', { name })} onPress={onPurge}>
            {t('trash.purge')}
          </Button>
        )}
      </span>
    </li>
  );
}

function PurgeDialog(props: {
  readonly namespaceId: NamespaceId;
  readonly entry: TrashEntry;
  readonly onClose: () => void;
}) {
  const { namespaceId, entry, onClose } = props;
  const { t } = useTranslation();
  const run = useTrashOperation(namespaceId);
  const { nodeId, name, deletedAt } = entry;
  return (
    <ConfirmDialog
      title={t('trash.purgeTitle', { name })}
      text={t('trash.purgeText')}
      action={t('trash.purge')}
      onConfirm={() => void run({ type: 'purge', namespaceId, nodeId, deletedAt }, name)}
      onClose={onClose}
    />
  );
}

function useTrashOperation(namespaceId: NamespaceId) {
  const actions = useFileActions();
  const queryClient = useQueryClient();
  return async (operation: PlainOperation, name: string): Promise<boolean> => {
    const isDone = await actions.run([operation], [name]);
    await readAnew(queryClient, queryKeys.trash(namespaceId));
    return isDone;
  };
}
