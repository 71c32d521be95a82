import type { Node } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew, showNodes } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import styles from './sharing.module.css';

/** Makes a folder a shared one, which people can be invited to then. */
export function ShareFolderSection({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const share = async (): Promise<void> => {
    setIsBusy(true);
    await attempt(async () => {
      const { namespaceId, nodeId } = node;
      const { mount } = answerValue(await api.shareFolder({ body: { namespaceId, folderId: nodeId } }));
      showNodes(queryClient, [mount]);
      await readAnew(queryClient, queryKeys.sharedFolders);
    });
    setIsBusy(false);
  };
  return (
    <section className={styles.section}>
      <h3>{t('sharing.people')}</h3>
      <p className={styles.quiet}>{t('sharing.shareText')}</p>
      <Button kind="primary" icon="share" isDisabled={isBusy} onPress={() => void share()}>
        {t('sharing.share')}
      </Button>
    </section>
  );
}
