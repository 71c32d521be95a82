import { Link } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { askedChange } from '../../offline/change-queue.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './offline.module.css';
import { useChangeQueue, useIsOnline } from './use-offline.ts';

/** Says that there is no network, and what waits; nothing while all is as ever. */
export function OfflineBar() {
  const { t } = useTranslation();
  const isOnline = useIsOnline();
  const queue = useChangeQueue();
  const count = queue.changes.length;
  const isAsking = askedChange(queue) !== undefined;
  const isStuck = queue.changes.some(({ state }) => state === 'stuck');
  const texts = [
    isOnline ? undefined : t('offline.bar'),
    isAsking ? t('offline.barAsking') : undefined,
    isStuck ? t('offline.barStuck') : undefined,
    count > 0
      ? t(isOnline && !isAsking && !isStuck ? 'offline.barSending' : 'offline.barWaiting', { count })
      : undefined,
    count === 0 && queue.reports.length > 0 ? t('offline.barReports') : undefined,
  ].filter((text) => text !== undefined);
  return (
    <div role="status">
      {texts.length > 0 && (
        <div className={styles.bar} data-tone={!isOnline || isAsking || isStuck ? 'warning' : 'plain'}>
          <Icon name={isOnline ? 'clock' : 'offline'} />
          <span>{texts.join(' ')}</span>
          <Link href="/offline">{t('offline.show')}</Link>
        </div>
      )}
    </div>
  );
}
