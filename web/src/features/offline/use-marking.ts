import type { Node } from '@syncline/protocol';
import { useTranslation } from '../../messages/translate.ts';
import { MARKS_MAX } from '../../offline/limits.ts';
import type { MenuEntry } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { useKept, useOffline } from './use-offline.ts';

/** The entry of a menu that makes what is chosen available offline, or ends that. `trail` leads to it, from the top. */
export function useMarking(nodes: readonly Node[], trail: readonly Node[]): readonly MenuEntry[] {
  const { t } = useTranslation();
  const toast = useToast();
  const { kept } = useOffline();
  useKept();
  const areMarked = nodes.every(({ nodeId }) => kept.isMarked(nodeId));
  const mark = async (): Promise<void> => {
    // Where the browser asks a person, it asks with the first mark; what it refuses it may remove when its disk is full.
    void navigator.storage.persist().catch(() => false);
    for (const node of nodes) {
      if (await kept.mark(node, trail)) continue;
      return toast({ text: t('offline.markTooMany', { max: MARKS_MAX }), isProblem: true });
    }
    toast({ text: t('offline.marked', { count: nodes.length, name: nodes[0]?.name ?? '' }) });
  };
  const unmark = async (): Promise<void> => {
    for (const { nodeId } of nodes) await kept.unmark(nodeId);
    toast({ text: t('offline.unmarked') });
  };
  if (nodes.length === 0) return [];
  return [
    {
      id: 'offline',
      text: t(areMarked ? 'offline.unmark' : 'offline.mark'),
      icon: 'kept',
      run: () => void (areMarked ? unmark() : mark()),
    },
  ];
}
