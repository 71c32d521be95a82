import { systemClock } from '@syncline/client';
import type { OperatedAccount, RouteResponse } from '@syncline/protocol';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatInstant } from '../files/format-instant.ts';
import styles from './operator.module.css';

/** For who runs the deployment: how its background work goes, and how much its accounts have. */
export function OperatorPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('operator.title')}>
      <PageSection title={t('operator.upkeep')}>
        <Upkeep />
      </PageSection>
      <PageSection title={t('operator.accounts')}>
        <Accounts />
      </PageSection>
    </Page>
  );
}

function Upkeep() {
  const { t, language } = useTranslation();
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['operator', 'upkeep'],
    queryFn: async ({ signal }) => answerValue(await api.getUpkeep({ signal })),
    staleTime: 0,
  });
  if (error !== null) return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
  if (data === undefined) return <Loading label={t('app.loading')} />;
  const when = (instant: string) => formatInstant(instant, systemClock.now(), language);
  return (
    <dl className={styles.figures}>
      <Figure
        name={t('operator.sweep')}
        value={data.sweep === undefined ? t('operator.never') : when(data.sweep.ranAt)}
        more={data.sweep === undefined ? undefined : t('operator.phase', { phase: data.sweep.phase })}
      />
      <Figure
        name={t('operator.scrub')}
        value={data.scrub === undefined ? t('operator.never') : t('operator.scrubItems', { count: data.scrub.items })}
        more={
          data.scrub === undefined
            ? undefined
            : t('operator.scrubPass', { pass: data.scrub.pass, when: when(data.scrub.begunAt) })
        }
      />
      <Defects scrub={data.scrub} />
    </dl>
  );
}

function Defects({ scrub }: { readonly scrub: RouteResponse<'getUpkeep'>['scrub'] }) {
  const { t, language } = useTranslation();
  if (scrub === undefined) return null;
  return (
    <Figure
      name={t('operator.defects')}
      value={new Intl.NumberFormat(language).format(scrub.defects)}
      more={t(scrub.defects === 0 ? 'operator.defectsNone' : 'operator.defectsSome')}
      isProblem={scrub.defects > 0}
    />
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly more: string | undefined;
  readonly isProblem?: boolean;
}) {
  return (
    <div className={styles.figure} data-problem={props.isProblem === true}>
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.more !== undefined && <span>{props.more}</span>}
      </dd>
    </div>
  );
}

function Accounts() {
  const { t } = useTranslation();
  const api = useApi();
  const query = useInfiniteQuery({
    queryKey: ['operator', 'accounts'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(await api.listAccounts({ query: { page: pageParam }, signal })),
    getNextPageParam: ({ nextPage }) => nextPage,
    staleTime: 0,
  });
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  const accounts = query.data.pages.flatMap((page) => page.accounts);
  const largestFirst = accounts.toSorted((a, b) => b.retainedBytes - a.retainedBytes);
  return (
    <>
      <p className={styles.quiet} role="status">
        {t(query.hasNextPage ? 'operator.countMore' : 'operator.count', { count: accounts.length })}
      </p>
      {/* It scrolls by itself where it is wider than a phone, so it is a stop of the Tab key. */}
      <div className={styles.scroller} role="region" aria-label={t('operator.accounts')} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('operator.account')}</th>
              <th scope="col">{t('operator.present')}</th>
              <th scope="col">{t('operator.retained')}</th>
              <th scope="col">{t('operator.quota')}</th>
              <th scope="col">{t('operator.changes')}</th>
              <th scope="col">{t('operator.streamLag')}</th>
              <th scope="col">{t('operator.indexLag')}</th>
            </tr>
          </thead>
          <tbody>
            {largestFirst.map((account) => (
              <AccountRow key={account.homeNamespaceId} account={account} />
            ))}
          </tbody>
        </table>
      </div>
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
    </>
  );
}

function AccountRow({ account }: { readonly account: OperatedAccount }) {
  const { t, language } = useTranslation();
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const { quotaBytes, presentBytes, retainedBytes, entries, streamLag, indexLag } = account;
  return (
    <tr>
      <th scope="row">
        <Name of={account.email ?? t('operator.noEmail')} />
        <span className={styles.id}>{account.accountId}</span>
      </th>
      <td>{formatBytes(presentBytes, language)}</td>
      <td>{formatBytes(retainedBytes, language)}</td>
      <td>{percent.format(quotaBytes === 0 ? 0 : presentBytes / quotaBytes)}</td>
      <td>{number.format(entries)}</td>
      <td>{number.format(streamLag)}</td>
      <td>{indexLag === undefined ? '–' : number.format(indexLag)}</td>
    </tr>
  );
}
