import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import { KeptSection } from './kept-section.tsx';
import styles from './offline.module.css';
import { QueueSection } from './queue-section.tsx';
import { useChangeQueue, useOffline } from './use-offline.ts';

/** What this browser has for when there is no network: what waits, what became of it, and what is kept. */
export function OfflinePage() {
  const { t } = useTranslation();
  const offline = useOffline();
  const { reports } = useChangeQueue();
  return (
    <Page title={t('offline.title')}>
      <PageSection title={t('offline.waiting')}>
        <QueueSection />
      </PageSection>
      {reports.length > 0 && (
        <PageSection title={t('offline.reports')}>
          <ul className={styles.rows}>
            {reports.map((report) => (
              <li key={report.id} className={styles.row}>
                <div>
                  {t(`offline.outcome_${report.outcome}`, { name: report.name, newName: report.newName ?? '' })}
                  <p>{t(`offline.because_${report.because}`)}</p>
                </div>
              </li>
            ))}
          </ul>
          <div>
            <Button onPress={() => void offline.forgetReports()}>{t('offline.forget')}</Button>
          </div>
        </PageSection>
      )}
      <PageSection title={t('offline.kept')}>
        <KeptSection />
      </PageSection>
    </Page>
  );
}
