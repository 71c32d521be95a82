import type { Node } from '@syncline/protocol';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi, useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { answerValue, RefusedError } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { queryKeys } from '../files/query-keys.ts';
import { groupPhotos, type PhotoDay } from './group-photos.ts';
import { PHOTOS_READ } from './limits.ts';
import { PhotoDates } from './photo-dates.ts';
import { PhotoTile } from './photo-tile.tsx';
import styles from './photos.module.css';
import { readTakenAt } from './read-taken-at.ts';
import { Thumbnails } from './thumbnails.ts';

const PreviewDialog = lazy(async () => ({ default: (await import('../preview/preview-dialog.tsx')).PreviewDialog }));

/** The pictures of all folders, by the day that they are of. The index knows which there are. */
export function PhotosPage() {
  const { t } = useTranslation();
  const query = usePhotos();
  const dates = usePhotoDates();
  const photos = useMemo(() => query.data?.pages.flatMap(({ hits }) => hits.map(({ node }) => node)), [query.data]);
  return (
    <Page title={t('photos.title')}>
      {query.error !== null && <PhotosFailure error={query.error} />}
      {query.error === null && (photos === undefined || dates === undefined) && <Loading label={t('app.loading')} />}
      {photos !== undefined && dates !== undefined && (
        <PhotoGrid photos={photos} dates={dates} isWhole={!query.hasNextPage} />
      )}
      {query.hasNextPage && (
        <Button isDisabled={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
          {t('app.loadMore')}
        </Button>
      )}
    </Page>
  );
}

function usePhotos() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: queryKeys.photos,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(
        await api.search({
          query: { type: 'image', sort: 'modified', limit: String(PHOTOS_READ), page: pageParam },
          signal,
        }),
      ),
    getNextPageParam: ({ nextPage }) => nextPage,
    staleTime: 0,
  });
}

/** Undefined while they are read. */
function usePhotoDates(): PhotoDates | undefined {
  const { accountId } = useSignedIn().account;
  const [dates, setDates] = useState<PhotoDates>();
  useEffect(() => {
    const opening = PhotoDates.open(accountId);
    let isWanted = true;
    void opening.then((opened) => (isWanted ? setDates(opened) : undefined));
    return () => {
      isWanted = false;
      void opening.then((opened) => opened.close());
    };
  }, [accountId]);
  return dates;
}

function PhotosFailure({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  // A deployment without a search index says so by this code; its files are where they are.
  const isOff = error instanceof RefusedError && error.problem.code === 'unavailable';
  if (isOff) return <EmptyState icon="search" title={t('photos.offTitle')} text={t('photos.offText')} />;
  return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
}

function PhotoGrid(props: { readonly photos: readonly Node[]; readonly dates: PhotoDates; readonly isWhole: boolean }) {
  const { photos, dates, isWhole } = props;
  const { t } = useTranslation();
  const [thumbnails] = useState(() => thumbnailsWith(dates));
  const [shown, setShown] = useState<Node>();
  const known = useSyncExternalStore(dates.subscribe, dates.all);
  const months = useMemo(
    () => groupPhotos(photos, { takenAt: ({ contentHash = '' }) => known.get(contentHash)?.takenAt }),
    [photos, known],
  );
  if (photos.length === 0 && isWhole)
    return <EmptyState icon="image" title={t('photos.emptyTitle')} text={t('photos.emptyText')} />;
  const inOrder = months.flatMap(({ days }) => days.flatMap((day) => day.photos));
  return (
    <>
      {months.map(({ month, days }) => (
        <section key={month} className={styles.month} aria-labelledby={`photos-${month}`}>
          <h2 id={`photos-${month}`}>
            <MonthName month={month} />
          </h2>
          {days.map((day) => (
            <Day key={day.day} day={day} thumbnails={thumbnails} onOpen={setShown} />
          ))}
        </section>
      ))}
      <Suspense fallback={null}>
        {shown !== undefined && <PreviewDialog first={shown} entries={inOrder} onClose={() => setShown(undefined)} />}
      </Suspense>
    </>
  );
}

/** A picture that is made small is read anyway: so it costs nothing to see when it was taken. */
function thumbnailsWith(dates: PhotoDates): Thumbnails {
  return new Thumbnails({
    onHead: ({ contentHash }, head) => {
      if (contentHash !== undefined && !dates.all().has(contentHash)) dates.learn(contentHash, readTakenAt(head));
    },
    onIdle: () => dates.tell(),
  });
}

function Day(props: {
  readonly day: PhotoDay;
  readonly thumbnails: Thumbnails;
  readonly onOpen: (photo: Node) => void;
}) {
  const { day, thumbnails, onOpen } = props;
  const { t, language } = useTranslation();
  // Noon of that day is in it everywhere: the day was told apart already.
  const name = new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(Date.parse(`${day.day}T12:00:00Z`));
  return (
    <div className={styles.day}>
      <h3>
        {name}
        <span className={styles.count}>{t('photos.count', { count: day.photos.length })}</span>
      </h3>
      <ul className={styles.grid}>
        {day.photos.map((photo) => (
          <li key={`${photo.namespaceId} ${photo.nodeId} ${photo.contentRev}`}>
            <PhotoTile photo={photo} thumbnails={thumbnails} onOpen={() => onOpen(photo)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function MonthName({ month }: { readonly month: string }) {
  const { language } = useTranslation();
  const format = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return format.format(Date.parse(`${month}-15T12:00:00Z`));
}
