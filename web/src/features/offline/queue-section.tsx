import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import type { OfflineChange } from '../../offline/offline-change.ts';
import { Button } from '../../ui/button.tsx';
import { Name } from '../../ui/name.tsx';
import { useRowFocus } from '../../ui/use-row-focus.ts';
import { ConfirmDialog } from '../files/confirm-dialog.tsx';
import { KindIcon } from '../files/kind-icon.tsx';
import { ConflictQuestion } from './conflict-question.tsx';
import styles from './offline.module.css';
import { useChangeQueue, useOffline } from './use-offline.ts';

/** What waits to be sent, in its order, and what can be done about what does not go. */
export function QueueSection() {
  const { t } = useTranslation();
  const offline = useOffline();
  const { changes } = useChangeQueue();
  const focus = useRowFocus<HTMLOListElement>();
  const [discarded, setDiscarded] = useState<OfflineChange>();
  if (changes.length === 0) return <p className={styles.quiet}>{t('offline.nothingWaits')}</p>;
  return (
    <>
      <ol className={styles.rows} aria-label={t('offline.waiting')} {...focus}>
        {changes.map((change) => (
          <li key={change.id} className={styles.row}>
            <KindIcon node={change.after} />
            <div>
              <strong>
                <Name of={change.after.name} />
              </strong>
              <p>
                {t(`offline.type_${change.edit.type}`)} ·{' '}
                {t(`offline.state_${change.state}`, { detail: change.problem?.detail ?? '' })}
              </p>
            </div>
            {change.state === 'stuck' && <Button onPress={() => void offline.retry()}>{t('app.retry')}</Button>}
            {change.edit.type === 'put' && <SaveCopy change={change} />}
            <Button kind="quiet" onPress={() => setDiscarded(change)}>
              {t('offline.discard')}
            </Button>
            {change.state === 'asking' && (
              <div className={styles.asked}>
                <ConflictQuestion change={change} />
              </div>
            )}
          </li>
        ))}
      </ol>
      {discarded !== undefined && (
        <ConfirmDialog
          title={t('offline.discardTitle')}
          text={t('offline.discardText', { name: discarded.after.name })}
          action={t('offline.discard')}
          onConfirm={() => void offline.discard(discarded.id)}
          onClose={() => setDiscarded(undefined)}
        />
      )}
    </>
  );
}

/** The bytes that wait, as a file on the disk: never shown, and never run. */
function SaveCopy({ change }: { readonly change: OfflineChange }) {
  const { t } = useTranslation();
  const offline = useOffline();
  const save = async (): Promise<void> => {
    const content = await offline.contentOf(change.id);
    if (content === undefined) return;
    const address = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = change.after.name;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button kind="quiet" icon="download" onPress={() => void save()}>
      {t('offline.saveCopy')}
    </Button>
  );
}
