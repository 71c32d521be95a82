import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ConflictDialog } from '../features/offline/conflict-dialog.tsx';
import { OfflineBar } from '../features/offline/offline-bar.tsx';
import { UploadsProvider } from '../features/transfers/uploads-provider.tsx';
import { useTranslation } from '../messages/translate.ts';
import type { SignedIn } from '../session/session.ts';
import { SignedInContext } from '../session/session-context.ts';
import { Loading } from '../ui/empty-state.tsx';
import { Navigation } from './navigation.tsx';
import { Pages } from './pages.tsx';
import styles from './shell.module.css';
import { TopBar } from './top-bar.tsx';
import { useLiveSession } from './use-live-session.ts';
import { useNoStrayDrops } from './use-no-stray-drops.ts';

/** What is around every page of somebody who is signed in. */
export function Shell({ signedIn }: { readonly signedIn: SignedIn }) {
  const { t } = useTranslation();
  const live = useLiveSession(signedIn);
  useNoStrayDrops();
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const [path] = useLocation();
  useEffect(() => setIsMenuOpen(false), [path]);
  if (live === undefined) return <Loading label={t('app.loading')} />;
  return (
    <SignedInContext value={live}>
      <a className={styles.skip} href="#content">
        {t('app.skip')}
      </a>
      <div className={styles.shell}>
        <Navigation isOpen={isMenuOpen} onClose={() => setIsMenuOpen(false)} />
        <div className={styles.body}>
          <TopBar onMenu={() => setIsMenuOpen(true)} />
          <OfflineBar />
          <UploadsProvider signedIn={live}>
            <main id="content" className={styles.content} tabIndex={-1}>
              <Pages />
            </main>
          </UploadsProvider>
          <ConflictDialog />
        </div>
      </div>
    </SignedInContext>
  );
}
