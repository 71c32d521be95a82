import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { failureMessage } from '../files/failure-message.ts';
import { LinkEntry } from './link-entry.tsx';
import { linksQuery } from './links-query.ts';

/** All links of the account, the newest first. */
export function LinksPage() {
  const { t } = useTranslation();
  const { data, error } = useQuery({ ...linksQuery(useApi()), staleTime: 0 });
  if (error !== null) return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
  return (
    <Page title={t('sharing.linksTitle')}>
      {data === undefined ? (
        <Loading label={t('app.loading')} />
      ) : data.length === 0 ? (
        <EmptyState icon="link" title={t('sharing.noLinks')} text={t('sharing.noLinksText')} />
      ) : (
        <ul className={rows.rows}>
          {data.toReversed().map((link) => (
            <LinkEntry key={link.linkId} link={link} hasPath />
          ))}
        </ul>
      )}
    </Page>
  );
}
