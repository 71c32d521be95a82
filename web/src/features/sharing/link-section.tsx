import type { Node } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { insideOf } from '../files/plan-operations.ts';
import { LinkEntry } from './link-entry.tsx';
import { LinkForm } from './link-form.tsx';
import { linksQuery } from './links-query.ts';
import styles from './sharing.module.css';

/** The links to an entry, and a form for another one. */
export function LinkSection({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const { data } = useQuery(linksQuery(api));
  const [isMaking, setIsMaking] = useState(false);
  const { namespaceId, folderId } = insideOf(node);
  const links = (data ?? []).filter(
    (link) => link.end === undefined && link.namespaceId === namespaceId && link.nodeId === folderId,
  );
  return (
    <section className={styles.section}>
      <h3>{t('sharing.links')}</h3>
      <p className={styles.quiet}>{t('sharing.linksText')}</p>
      {links.length > 0 && (
        <ul className={styles.links}>
          {links.map((link) => (
            <LinkEntry key={link.linkId} link={link} hasPath={false} />
          ))}
        </ul>
      )}
      {isMaking ? (
        <LinkForm node={node} onDone={() => setIsMaking(false)} />
      ) : (
        <Button icon="link" onPress={() => setIsMaking(true)}>
          {t('sharing.makeLink')}
        </Button>
      )}
    </section>
  );
}
