import type { SharedFolder } from '@syncline/protocol';
import { MEMBERS_MAX, UNSHARE_MEMBERS_MAX } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import styles from './sharing.module.css';

/** Ends the sharing, after it was asked once more. The folder stays with its owner. */
export function UnshareButton({ folder }: { readonly folder: SharedFolder }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const { namespaceId } = folder;
  const unshare = async (): Promise<void> => {
    setIsAsking(false);
    await attempt(async () => {
      // Each request takes a batch of members out.
      for (let requests = 0; requests <= MEMBERS_MAX / UNSHARE_MEMBERS_MAX; requests++) {
        const { left } = answerValue(await api.unshare({ parameters: { namespaceId } }));
        if (left === 0) break;
      }
    });
    await readAnew(queryClient, queryKeys.members(namespaceId));
    await readAnew(queryClient, queryKeys.invitations(namespaceId));
  };
  if (!isAsking) {
    return (
      <Button kind="quiet" className={styles.unshare} onPress={() => setIsAsking(true)}>
        {t('sharing.unshare')}
      </Button>
    );
  }
  return (
    <div className={styles.asking} role="group" aria-label={t('sharing.unshare')}>
      <p>{t('sharing.unshareText')}</p>
      <div className={styles.buttons}>
        <Button kind="danger" onPress={() => void unshare()}>
          {t('sharing.unshare')}
        </Button>
        <Button onPress={() => setIsAsking(false)}>{t('app.cancel')}</Button>
      </div>
    </div>
  );
}
