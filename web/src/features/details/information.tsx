import type { Node } from '@syncline/protocol';
import { useTranslation } from '../../messages/translate.ts';
import { shownName } from '../../ui/shown-name.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatExactly } from '../files/format-instant.ts';
import { modifiedAtOf } from '../files/modified-at.ts';
import { insideOf } from '../files/plan-operations.ts';
import { useTrail } from '../files/use-trail.ts';
import styles from './details.module.css';
import { SyncedDevices } from './synced-devices.tsx';

/** What an entry is, and where. */
export function Information({ node }: { readonly node: Node }) {
  const { t, language } = useTranslation();
  const parent = useTrail(
    node.kind === 'file' ? { namespaceId: node.namespaceId, folderId: node.parentId } : insideOf(node),
  );
  const above = node.kind === 'file' ? parent : parent.slice(0, -1);
  const facts = [
    [t('details.kind'), t(`files.kind_${node.kind}`)],
    ...(node.kind === 'file' ? [[t('files.size'), formatBytes(node.size, language)] as const] : []),
    [t('details.where'), shownName(above.map(({ name }) => name ?? t('files.title')).join(' / '))],
    [t('files.modified'), formatExactly(modifiedAtOf(node), language)],
    ...(node.clientModifiedAt === undefined
      ? []
      : [[t('details.modifiedOnDevice'), formatExactly(node.clientModifiedAt, language)] as const]),
    [t('details.changes'), String(node.rev)],
  ] as const;
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <SyncedDevices node={node} />
    </>
  );
}
