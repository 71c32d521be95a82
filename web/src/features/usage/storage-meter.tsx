import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../session/session-context.ts';
import { formatBytes } from '../files/format-bytes.ts';
import styles from './usage.module.css';
import { usageQuery } from './usage-query.ts';

/** How much of the quota is used, small. */
export function StorageMeter() {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(usageQuery(useApi()));
  if (data === undefined) return null;
  const text = t('usage.of', {
    used: formatBytes(data.presentBytes, i18n.language),
    quota: formatBytes(data.quotaBytes, i18n.language),
  });
  return (
    <div className={styles.small}>
      <meter min={0} max={data.quotaBytes} high={data.quotaBytes * 0.9} value={data.presentBytes} aria-label={text} />
      <span>{text}</span>
    </div>
  );
}
