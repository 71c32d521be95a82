import { systemClock } from '@syncline/client';
import type { Activity, Node } from '@syncline/protocol';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useDeviceNames } from '../devices/use-device-names.ts';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { formatExactly, formatInstant } from '../files/format-instant.ts';
import { insideOf } from '../files/plan-operations.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useMemberNames } from '../sharing/use-member-names.ts';
import styles from './details.module.css';

/** What happened to an entry and to what lies in it, newest first. */
export function ActivityList({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const place = insideOf(node);
  const { namespaceId, folderId: nodeId } = place;
  const query = useInfiniteQuery({
    queryKey: queryKeys.activity(namespaceId, nodeId),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(await api.listActivity({ query: { namespaceId, nodeId, limit: '50', page: pageParam }, signal })),
    getNextPageParam: ({ nextPage }) => nextPage,
  });
  const memberName = useMemberNames(namespaceId);
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  const activities = query.data.pages.flatMap((page) => page.activities);
  if (activities.length === 0 && !query.hasNextPage) return <p className={styles.quiet}>{t('details.nothing')}</p>;
  return (
    <>
      <ol className={styles.revisions}>
        {activities.map((activity) => (
          <ActivityEntry key={activity.seq} activity={activity} who={memberName(activity.accountId)} />
        ))}
      </ol>
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
    </>
  );
}

function ActivityEntry({ activity, who }: { readonly activity: Activity; readonly who: string | undefined }) {
  const { t, language } = useTranslation();
  const device = useDeviceNames()(activity.deviceId);
  const isRename = activity.type === 'moved' && activity.previousName !== undefined;
  const what = t(isRename ? 'details.did_renamed' : `details.did_${activity.type}`, {
    name: activity.name,
    previous: activity.previousName ?? '',
  });
  return (
    <li>
      <p>
        <strong>
          <Name of={who ?? t('details.you')} />
        </strong>{' '}
        {what}
      </p>
      <p className={styles.quiet} title={formatExactly(activity.at, language)}>
        {formatInstant(activity.at, systemClock.now(), language)}
        {device !== undefined && (
          <>
            {' · '}
            <Name of={device} />
          </>
        )}
      </p>
    </li>
  );
}
