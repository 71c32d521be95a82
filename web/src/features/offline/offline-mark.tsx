import type { Node } from '@syncline/protocol';
import { useTranslation } from '../../messages/translate.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import styles from './offline.module.css';
import { useChangeQueue, useKept, useOffline } from './use-offline.ts';

/** Beside a name: that it waits to be sent, or is available offline. Most entries have none, and then it costs next to nothing. */
export function OfflineMark({ node }: { readonly node: Node }) {
  const { kept } = useOffline();
  const { changes } = useChangeQueue();
  useKept();
  const isWaiting = changes.some(({ after }) => after.nodeId === node.nodeId);
  if (isWaiting) return <Mark state="waiting" />;
  if (!kept.isKept(node.nodeId)) return null;
  return <Mark state={node.kind !== 'file' || kept.hasContent(node) ? 'kept' : 'coming'} />;
}

const LOOKS = {
  waiting: { text: 'offline.isWaiting', icon: 'clock' },
  kept: { text: 'offline.isKept', icon: 'kept' },
  coming: { text: 'offline.isComing', icon: 'download' },
} as const;

function Mark({ state }: { readonly state: keyof typeof LOOKS }) {
  const { t } = useTranslation();
  const { text, icon } = LOOKS[state];
  return (
    <span className={styles.mark} data-state={state} title={t(text)}>
      <Icon name={icon} />
      <span className="visually-hidden">{t(text)}</span>
    </span>
  );
}
