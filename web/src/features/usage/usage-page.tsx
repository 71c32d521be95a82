import { STORAGE_PRICE_OF, STORAGE_USD_PER_GB_MONTH, type UsageResponse } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import { failureMessage } from '../files/failure-message.ts';
import { formatBytes } from '../files/format-bytes.ts';
import styles from './usage.module.css';
import { UsageChart } from './usage-chart.tsx';
import { usageQuery } from './usage-query.ts';

/** What takes the space: present files, which the quota limits, what is in the trash, and what was replaced. */
export function UsagePage() {
  const { t, language } = useTranslation();
  const { data, error } = useQuery({ ...usageQuery(useApi()), staleTime: 0 });
  if (error !== null) return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
  const told = (bytes: number): string => formatBytes(bytes, language);
  return (
    <Page title={t('usage.title')}>
      {data === undefined ? (
        <Loading label={t('app.loading')} />
      ) : (
        <>
          <p className={styles.headline}>
            {t('usage.of', { used: told(data.presentBytes), quota: told(data.quotaBytes) })}
          </p>
          <UsageChart
            title={t('usage.parts')}
            parts={[
              { id: 'present', text: t('usage.present'), bytes: data.presentBytes },
              { id: 'trash', text: t('usage.trash'), bytes: data.trashBytes },
              { id: 'history', text: t('usage.history'), bytes: data.historyBytes },
            ]}
          />
          <p>{t('usage.cost', costOf(data, language))}</p>
          <p className={styles.quiet}>{t('usage.kept', { count: data.retention.days })}</p>
          {data.folders.length > 0 && (
            <PageSection title={t('usage.folders')}>
              <ul className={styles.folders}>
                {data.folders.map(({ namespaceId, name, isOnQuota }) => (
                  <li key={namespaceId}>
                    <span>
                      <Name of={name} />
                    </span>
                    <span className={styles.quiet}>{t(isOnQuota ? 'usage.counts' : 'usage.countsNot')}</span>
                  </li>
                ))}
              </ul>
            </PageSection>
          )}
        </>
      )}
    </Page>
  );
}

/** What all of it costs in a month at the most: the same bytes are stored once, and compressed ones take less. */
function costOf({ presentBytes, trashBytes, historyBytes }: UsageResponse, language: string) {
  const dollars = ((presentBytes + trashBytes + historyBytes) / 1e9) * STORAGE_USD_PER_GB_MONTH;
  const money = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' });
  return { cost: money.format(dollars), price: STORAGE_PRICE_OF };
}
