import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Switch } from 'wouter';
import { FilesPage } from '../features/files/files-page.tsx';
import { EmptyState, Loading } from '../ui/empty-state.tsx';
import { PageFailure } from './page-failure.tsx';

/** The page that belongs to the address. Folders are addressed by their ids, so that an address stays right when they are moved. */
export function Pages() {
  const { t } = useTranslation();
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
          <Route>
            <EmptyState icon="search" title={t('app.notFoundTitle')} text={t('app.notFoundText')}>
              <Link href="/">{t('app.toFiles')}</Link>
            </EmptyState>
          </Route>
        </Switch>
      </Suspense>
    </PageFailure>
  );
}
