import { lazy, Suspense } from 'react';
import { Link, Route, Switch } from 'wouter';
import { FilesPage } from '../features/files/files-page.tsx';
import { ItemPage } from '../features/item/item-page.tsx';
import { useIsOnline } from '../features/offline/use-offline.ts';
import { useTranslation } from '../messages/translate.ts';
import { EmptyState, Loading } from '../ui/empty-state.tsx';
import { PageFailure } from './page-failure.tsx';

const DevicesPage = lazy(async () => ({ default: (await import('../features/devices/devices-page.tsx')).DevicesPage }));
const OperatorPage = lazy(async () => ({
  default: (await import('../features/operator/operator-page.tsx')).OperatorPage,
}));
const PhotosPage = lazy(async () => ({ default: (await import('../features/photos/photos-page.tsx')).PhotosPage }));
const OfflinePage = lazy(async () => ({ default: (await import('../features/offline/offline-page.tsx')).OfflinePage }));
const RecentPage = lazy(async () => ({ default: (await import('../features/recent/recent-page.tsx')).RecentPage }));
const SearchPage = lazy(async () => ({ default: (await import('../features/search/search-page.tsx')).SearchPage }));
const SettingsPage = lazy(async () => ({
  default: (await import('../features/settings/settings-page.tsx')).SettingsPage,
}));
const SharedPage = lazy(async () => ({ default: (await import('../features/sharing/shared-page.tsx')).SharedPage }));
const LinksPage = lazy(async () => ({ default: (await import('../features/sharing/links-page.tsx')).LinksPage }));
const StarredPage = lazy(async () => ({ default: (await import('../features/starred/starred-page.tsx')).StarredPage }));
const TrashPage = lazy(async () => ({ default: (await import('../features/trash/trash-page.tsx')).TrashPage }));
const UsagePage = lazy(async () => ({ default: (await import('../features/usage/usage-page.tsx')).UsagePage }));

/** The page that belongs to the address. Folders are addressed by their ids, so that an address stays right when they are moved. */
export function Pages() {
  const { t } = useTranslation();
  const isOnline = useIsOnline();
  return (
    <PageFailure title={t('app.failedTitle')} text={t('app.failedText')} retry={t('app.retry')}>
      <Suspense fallback={<Loading label={t('app.loading')} />}>
        <Switch>
          <Route path="/">
            <FilesPage />
          </Route>
          <Route path="/folder/:namespaceId/:folderId">
            {({ namespaceId, folderId }) => <FilesPage namespaceId={namespaceId} folderId={folderId} />}
          </Route>
          <Route path="/item/:namespaceId/:nodeId">
            {({ namespaceId, nodeId }) => <ItemPage namespaceId={namespaceId} nodeId={nodeId} />}
          </Route>
          <Route path="/offline" component={OfflinePage} />
          <Route path="/settings" component={SettingsPage} />
          {!isOnline && (
            <Route>
              <EmptyState isPage icon="offline" title={t('offline.needsTitle')} text={t('offline.needsText')}>
                <Link href="/">{t('app.toFiles')}</Link>
              </EmptyState>
            </Route>
          )}
          <Route path="/recent" component={RecentPage} />
          <Route path="/starred" component={StarredPage} />
          <Route path="/photos" component={PhotosPage} />
          <Route path="/shared" component={SharedPage} />
          <Route path="/links" component={LinksPage} />
          <Route path="/search" component={SearchPage} />
          <Route path="/trash" component={TrashPage} />
          <Route path="/devices" component={DevicesPage} />
          <Route path="/usage" component={UsagePage} />
          <Route path="/operator" component={OperatorPage} />
          <Route>
            <EmptyState isPage icon="search" title={t('app.notFoundTitle')} text={t('app.notFoundText')}>
              <Link href="/">{t('app.toFiles')}</Link>
            </EmptyState>
          </Route>
        </Switch>
      </Suspense>
    </PageFailure>
  );
}
