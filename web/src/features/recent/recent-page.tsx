import { systemClock } from '@syncline/client';
import type { Activity } from '@syncline/protocol';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { shownName } from '../../ui/shown-name.ts';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { formatInstant } from '../files/format-instant.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { queryKeys } from '../files/query-keys.ts';
import { recentFiles } from './recent-files.ts';

/** The files of the account that were added or changed last. */
export function RecentPage() {
  const { t } = useTranslation();
  const { api, account } = useSignedIn();
  const query = useInfiniteQuery({
    queryKey: queryKeys.recent,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(await api.listActivity({ query: { limit: '200', page: pageParam }, signal })),
    getNextPageParam: ({ nextPage }) => nextPage,
    staleTime: 0,
  });
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  const files = recentFiles((query.data?.pages ?? []).flatMap(({ activities }) => activities));
  return (
    <Page title={t('recent.title')}>
      {query.data === undefined ? (
        <Loading label={t('app.loading')} />
      ) : files.length === 0 ? (
        <EmptyState icon="clock" title={t('recent.emptyTitle')} text={t('recent.emptyText')} />
      ) : (
        <ul className={rows.rows}>
          {files.map((file) => (
            <RecentRow key={file.nodeId} file={file} namespaceId={account.homeNamespaceId} />
          ))}
        </ul>
      )}
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
    </Page>
  );
}

function RecentRow({ file, namespaceId }: { readonly file: Activity; readonly namespaceId: string }) {
  const { t, language } = useTranslation();
  const when = formatInstant(file.at, systemClock.now(), language);
  return (
    <li className={rows.row}>
      <KindIcon node={file} />
      <span className={rows.main}>
        <Link href={`/item/${namespaceId}/${file.nodeId}`}>
          <Name of={file.name} />
        </Link>
        <span className={rows.quiet}>
          {shownName(file.path ?? '')} · {t(file.type === 'created' ? 'recent.added' : 'recent.changed', { when })}
        </span>
      </span>
    </li>
  );
}
