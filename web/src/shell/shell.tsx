import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { followLive } from '../features/files/follow-live.ts';
import { UploadsProvider } from '../features/transfers/uploads-provider.tsx';
import type { SignedIn } from '../session/session.ts';
import { type LiveSession, SignedInContext, useSession } from '../session/session-context.ts';
import { Loading } from '../ui/empty-state.tsx';
import { Navigation } from './navigation.tsx';
import { Pages } from './pages.tsx';
import styles from './shell.module.css';
import { TopBar } from './top-bar.tsx';

/** What is around every page of somebody who is signed in. */
export function Shell({ signedIn }: { readonly signedIn: SignedIn }) {
  const { t } = useTranslation();
  const session = useSession();
  const queryClient = useQueryClient();
  const [live, setLive] = useState<LiveSession>();
  useEffect(() => {
    const followed = followLive({ signedIn, queryClient, onRevoked: () => void session.signOut('ended') });
    setLive({ ...signedIn, live: followed.live });
    return () => {
      followed.close();
      queryClient.clear();
    };
  }, [signedIn, session, queryClient]);
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
          <UploadsProvider signedIn={signedIn}>
            <main id="content" className={styles.content} tabIndex={-1}>
              <Pages />
            </main>
          </UploadsProvider>
        </div>
      </div>
    </SignedInContext>
  );
}
