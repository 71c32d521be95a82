import { systemClock } from '@syncline/client';
import { FileType, type SearchHit } from '@syncline/protocol';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearch } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { SelectField } from '../../ui/select-field.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { answerValue, RefusedError } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatInstant } from '../files/format-instant.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { modifiedAtOf } from '../files/modified-at.ts';
import { MarkedText } from './marked-text.tsx';
import styles from './search.module.css';
import {
  readFilters,
  SEARCH_AGES,
  SEARCH_OWNERS,
  SEARCH_SORTS,
  type SearchFilters,
  searchQuery,
  writeFilters,
} from './search-filters.ts';

/** What was found for the words and the filters of the address. */
export function SearchPage() {
  const { t } = useTranslation();
  const api = useApi();
  const filters = readFilters(useSearch());
  const query = useInfiniteQuery({
    queryKey: ['search', writeFilters(filters)],
    enabled: filters.q.trim() !== '' || filters.type !== undefined,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(
        await api.search({
          query: { ...searchQuery(filters, systemClock.now()), limit: '30', page: pageParam },
          signal,
        }),
      ),
    getNextPageParam: ({ nextPage }) => nextPage,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const [first] = query.data?.pages ?? [];
  const hits = (query.data?.pages ?? []).flatMap((page) => page.hits);
  return (
    <Page title={filters.q === '' ? t('search.title') : t('search.titleFor', { q: filters.q })}>
      <Filters filters={filters} types={first?.facets.types ?? []} />
      {query.error !== null && <Notice kind="problem">{searchFailure(t, query.error)}</Notice>}
      {query.isFetching && query.data === undefined && <Loading label={t('app.loading')} />}
      {first !== undefined && hits.length === 0 && !query.hasNextPage && (
        <EmptyState icon="search" title={t('search.noneTitle')} text={t('search.noneText')} />
      )}
      {first !== undefined && hits.length > 0 && (
        <p className={rows.quiet} role="status">
          {t('search.found', { count: first.total })}
        </p>
      )}
      {hits.length > 0 && (
        <ul className={rows.rows}>
          {hits.map((hit) => (
            <HitRow key={hit.node.nodeId} hit={hit} q={filters.q} />
          ))}
        </ul>
      )}
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
    </Page>
  );
}

function searchFailure(t: ReturnType<typeof useTranslation>['t'], error: Error): string {
  const isOff = error instanceof RefusedError && error.problem.code === 'unavailable';
  return isOff ? t('search.off') : failureMessage(t, error);
}

function Filters(props: {
  readonly filters: SearchFilters;
  readonly types: readonly { readonly value: string; readonly count: number }[];
}) {
  const { filters, types } = props;
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const change = (next: Partial<SearchFilters>): void =>
    navigate(`/search?${writeFilters({ ...filters, ...next })}`, { replace: true });
  const counts = new Map(types.map(({ value, count }) => [value, count]));
  const typeOptions = FileType.options.map((value) => {
    const count = counts.get(value);
    const text = t(`search.type_${value}`);
    return { value, text: count === undefined ? text : `${text} (${count})` };
  });
  return (
    <div className={styles.filters} role="group" aria-label={t('search.filters')}>
      <SelectField
        label={t('search.type')}
        value={filters.type ?? 'any'}
        options={[{ value: 'any', text: t('search.any') }, ...typeOptions]}
        onChange={(type) => change({ type: type === 'any' ? undefined : type })}
      />
      <SelectField
        label={t('search.age')}
        value={filters.age}
        options={SEARCH_AGES.map((value) => ({ value, text: t(`search.age_${value}`) }))}
        onChange={(age) => change({ age })}
      />
      <SelectField
        label={t('search.owner')}
        value={filters.owner}
        options={SEARCH_OWNERS.map((value) => ({ value, text: t(`search.owner_${value}`) }))}
        onChange={(owner) => change({ owner })}
      />
      <SelectField
        label={t('search.sort')}
        value={filters.sort}
        options={SEARCH_SORTS.map((value) => ({ value, text: t(`search.sort_${value}`) }))}
        onChange={(sort) => change({ sort })}
      />
    </div>
  );
}

function HitRow({ hit, q }: { readonly hit: SearchHit; readonly q: string }) {
  const { language } = useTranslation();
  const { node, path, passages } = hit;
  return (
    <li className={rows.row}>
      <KindIcon node={node} />
      <span className={rows.main}>
        <Link href={`/item/${node.namespaceId}/${node.nodeId}`}>
          <MarkedText text={node.name} query={q} />
        </Link>
        <span className={rows.quiet}>{shownName(path)}</span>
        {passages.map((parts, index) => (
          <span key={`${index} ${parts.length}`} className={styles.passage}>
            {parts.map((part, at) =>
              part.isMatch ? (
                <mark key={`${at} ${part.text}`}>{part.text}</mark>
              ) : (
                <span key={`${at} ${part.text}`}>{part.text}</span>
              ),
            )}
          </span>
        ))}
      </span>
      <span className={rows.quiet}>
        {formatInstant(modifiedAtOf(node), systemClock.now(), language)}
        {node.kind === 'file' && ` · ${formatBytes(node.size, language)}`}
      </span>
    </li>
  );
}
