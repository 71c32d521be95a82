import { systemClock } from '@syncline/client';
import type { Star } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { shownName } from '../../ui/shown-name.ts';
import { failureMessage } from '../files/failure-message.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatInstant } from '../files/format-instant.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { modifiedAtOf } from '../files/modified-at.ts';
import styles from './starred.module.css';
import { starsQuery, useStars } from './use-stars.ts';

/** What the account has starred, newest first, wherever it lies. */
export function StarredPage() {
  const { t } = useTranslation();
  const { data, error } = useQuery({ ...starsQuery(useApi()), staleTime: 0 });
  const { set } = useStars();
  if (error !== null) return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
  return (
    <Page title={t('starred.title')}>
      {data === undefined ? (
        <Loading label={t('app.loading')} />
      ) : data.length === 0 ? (
        <EmptyState icon="star" title={t('starred.emptyTitle')} text={t('starred.emptyText')} />
      ) : (
        <ul className={rows.rows}>
          {data.map((star) => (
            <StarRow
              key={`${star.node.namespaceId} ${star.node.nodeId}`}
              star={star}
              onRemove={() => set([star.node], false)}
            />
          ))}
        </ul>
      )}
    </Page>
  );
}

function StarRow({ star: { node, path }, onRemove }: { readonly star: Star; readonly onRemove: () => void }) {
  const { t, language } = useTranslation();
  return (
    <li className={rows.row}>
      <KindIcon node={node} />
      <span className={rows.main}>
        <Link href={`/item/${node.namespaceId}/${node.nodeId}`}>
          <Name of={node.name} />
        </Link>
        <span className={rows.quiet}>{shownName(path)}</span>
      </span>
      <span className={rows.quiet}>
        {formatInstant(modifiedAtOf(node), systemClock.now(), language)}
        {node.kind === 'file' && ` · ${formatBytes(node.size, language)}`}
      </span>
      <IconButton
        icon="star"
        className={styles.star}
        label={t('starred.removeOf', { name: node.name })}
        onPress={onRemove}
      />
    </li>
  );
}
