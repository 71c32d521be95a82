import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { formatBytes } from '../files/format-bytes.ts';
import styles from './usage.module.css';
import { usageQuery } from './usage-query.ts';

/** How much of the quota is used, small. */
export function StorageMeter() {
  const { t, language } = useTranslation();
  const { data } = useQuery(usageQuery(useApi()));
  if (data === undefined) return null;
  const text = t('usage.of', {
    used: formatBytes(data.presentBytes, language),
    quota: formatBytes(data.quotaBytes, language),
  });
  return (
    <div className={styles.small}>
      <meter min={0} max={data.quotaBytes} high={data.quotaBytes * 0.9} value={data.presentBytes} aria-label={text} />
      <span>{text}</span>
    </div>
  );
}
