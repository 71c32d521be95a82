import type { Node } from '@syncline/protocol';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './offline.module.css';
import { useChangeQueue, useKept, useOffline } from './use-offline.ts';

/** Beside a name: that it waits to be sent, or is available offline. */
export function OfflineMark({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const { kept } = useOffline();
  const { changes } = useChangeQueue();
  useKept();
  const isWaiting = changes.some(({ after }) => after.nodeId === node.nodeId);
  if (!isWaiting && !kept.isKept(node.nodeId)) return null;
  const isHere = node.kind !== 'file' || kept.hasContent(node);
  const label = t(isWaiting ? 'offline.isWaiting' : isHere ? 'offline.isKept' : 'offline.isComing');
  return (
    <span className={styles.mark} data-state={isWaiting ? 'waiting' : isHere ? 'kept' : 'coming'} title={label}>
      <Icon name={isWaiting ? 'clock' : isHere ? 'kept' : 'download'} />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
