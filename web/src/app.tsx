import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from './messages/translate.ts';
import type { Session, SignedIn } from './session/session.ts';
import { SessionContext, useSession, useSessionState } from './session/session-context.ts';
import { Button } from './ui/button.tsx';
import { EmptyState, Loading } from './ui/empty-state.tsx';
import { ToastRegion } from './ui/toasts.tsx';

const SignInPage = lazy(async () => ({ default: (await import('./features/sign-in/sign-in-page.tsx')).SignInPage }));
const Shell = lazy(async () => ({ default: (await import('./shell/shell.tsx')).Shell }));

/** What was read stays until the live changes say otherwise; the SDK repeats requests by itself. */
const queryClient = new QueryClient({
  defaultOptions: {
    // What is kept for offline is read without a network, so no query waits for one.
    queries: { retry: false, staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

/** The whole web app. */
export function App({ session }: { readonly session: Session }) {
  const { t } = useTranslation();
  return (
    <SessionContext value={session}>
      <QueryClientProvider client={queryClient}>
        <ToastRegion label={t('app.messages')} closeLabel={t('app.close')}>
          <Suspense fallback={<Loading label={t('app.loading')} />}>
            <Entrance />
          </Suspense>
        </ToastRegion>
      </QueryClientProvider>
    </SessionContext>
  );
}

function Entrance() {
  const { t } = useTranslation();
  const session = useSession();
  const state = useSessionState();
  switch (state.kind) {
    case 'starting':
      return <Loading label={t('app.loading')} />;
    case 'unreachable':
      return (
        <main>
          <EmptyState isPage icon="globe" title={t('app.unreachableTitle')} text={t('app.unreachableText')}>
            <Button kind="primary" onPress={() => void session.start()}>
              {t('app.retry')}
            </Button>
          </EmptyState>
        </main>
      );
    case 'foreign-issuer':
      return (
        <main>
          <EmptyState
            isPage
            icon="lock"
            title={t('app.foreignTitle')}
            text={t('app.foreignText', { issuer: state.issuer })}
          />
        </main>
      );
    case 'signed-out':
      return <SignInPage because={state.because} />;
    case 'signed-in':
      return <SignedInApp signedIn={state} />;
  }
}

/** Another account begins with nothing of what the last one has seen. */
function SignedInApp({ signedIn }: { readonly signedIn: SignedIn }) {
  return <Shell key={signedIn.account.accountId} signedIn={signedIn} />;
}
