import type { Link } from '@syncline/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import rows from '../../ui/rows.module.css';
import { shownName } from '../../ui/shown-name.ts';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { formatExactly } from '../files/format-instant.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { sharedFoldersQuery } from '../files/use-trail.ts';
import styles from './sharing.module.css';

/** One link: what it allows, how often it was used, and its end. */
export function LinkEntry({ link, hasPath }: { readonly link: Link; readonly hasPath: boolean }) {
  const { t, language } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const { linkId } = link;
  const { data: shared } = useQuery(sharedFoldersQuery(api));
  const folder = shared?.folders.find(({ namespaceId }) => namespaceId === link.namespaceId);
  const path = link.path === undefined ? undefined : (folder === undefined ? '' : `/${folder.name}`) + link.path;
  const title = hasPath && path !== undefined ? path.replace(/(?<=.)\/$/, '') : t(`sharing.link_${link.role}`);
  const facts = [
    ...(hasPath ? [t(`sharing.link_${link.role}`)] : []),
    ...(link.hasPassword ? [t('sharing.hasPassword')] : []),
    link.maxUses === undefined
      ? t('sharing.uses', { count: link.uses })
      : t('sharing.usesOf', { count: link.uses, max: link.maxUses }),
    link.end === undefined
      ? t('sharing.until', { when: formatExactly(link.expiresAt, language) })
      : t(`sharing.end_${link.end}`),
  ];
  const revoke = (): void => {
    void attempt(async () => {
      answerValue(await api.revokeLink({ parameters: { linkId } }));
      await readAnew(queryClient, queryKeys.links);
    });
  };
  return (
    <li className={hasPath ? rows.row : styles.link}>
      <Icon name={link.role === 'upload' ? 'upload' : 'link'} />
      <span className={styles.name}>
        {shownName(title)}
        <span className={styles.quiet}>{facts.join(' · ')}</span>
      </span>
      {link.end === undefined && (
        <Button kind="quiet" aria-label={t('sharing.revokeOf', { name: title })} onPress={revoke}>
          {t('sharing.revoke')}
        </Button>
      )}
    </li>
  );
}
