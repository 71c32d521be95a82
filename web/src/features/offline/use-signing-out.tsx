import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSession } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { useChangeQueue } from './use-offline.ts';

const Dialog = lazy(async () => ({ default: (await import('../../ui/dialog.tsx')).Dialog }));

/** Signs out, after a warning where something has not been sent: `question` is to be drawn. */
export function useSigningOut(): { readonly signOut: () => void; readonly question: ReactNode } {
  const { t } = useTranslation();
  const session = useSession();
  const { length: count } = useChangeQueue().changes;
  const [isAsking, setIsAsking] = useState(false);
  const leave = (): void => void session.signOut('asked');
  const close = (): void => setIsAsking(false);
  const question = isAsking && (
    <Suspense fallback={null}>
      <Dialog title={t('offline.signOutTitle')} closeLabel={t('app.close')} onClose={close}>
        <p>{t('offline.signOutText', { count })}</p>
        <Button onPress={close}>{t('app.cancel')}</Button>
        <Button kind="danger" onPress={leave}>
          {t('offline.signOutYes')}
        </Button>
      </Dialog>
    </Suspense>
  );
  return { signOut: () => (count > 0 ? setIsAsking(true) : leave()), question };
}
