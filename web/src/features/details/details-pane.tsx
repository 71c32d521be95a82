import type { Node } from '@syncline/protocol';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { Tabs } from '../../ui/tabs.tsx';
import type { FileActions } from '../files/file-actions.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { ActivityList } from './activity-list.tsx';
import styles from './details.module.css';
import { Information } from './information.tsx';
import { RevisionList } from './revision-list.tsx';

const SharingPanel = lazy(async () => ({ default: (await import('../sharing/sharing-panel.tsx')).SharingPanel }));

export type DetailsTab = 'info' | 'versions' | 'activity' | 'sharing';

export interface DetailsPaneProps {
  /** The entry that is told of; undefined when none, or more than one, is chosen. */
  readonly node: Node | undefined;
  readonly first?: DetailsTab;
  readonly actions: FileActions;
  readonly onClose: () => void;
}

/** All that there is to know of one entry, beside the list. */
export function DetailsPane({ node, first = 'info', actions, onClose }: DetailsPaneProps) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<DetailsTab>(first);
  if (node === undefined) {
    return (
      <aside className={styles.pane} aria-label={t('files.details')}>
        <header className={styles.header}>
          <h2>{t('files.details')}</h2>
          <IconButton icon="close" label={t('files.hideDetails')} onPress={onClose} />
        </header>
        <EmptyState icon="info" title={t('details.none')} />
      </aside>
    );
  }
  const tabs = [
    { id: 'info', text: t('details.info') },
    ...(node.kind === 'file' ? [{ id: 'versions', text: t('details.versions') } as const] : []),
    { id: 'activity', text: t('details.activity') },
    { id: 'sharing', text: t('details.sharing') },
  ] as const;
  const shown = tabs.some(({ id }) => id === tab) ? tab : 'info';
  return (
    <aside className={styles.pane} aria-label={t('files.details')}>
      <header className={styles.header}>
        <KindIcon node={node} />
        <h2 title={shownName(node.name)}>
          <Name of={node.name} />
        </h2>
        <IconButton icon="close" label={t('files.hideDetails')} onPress={onClose} />
      </header>
      <Tabs label={t('files.details')} tabs={tabs} shown={shown} onShow={setTab}>
        <Suspense fallback={<Loading label={t('app.loading')} />}>
          <Shown key={node.nodeId} tab={shown} node={node} actions={actions} />
        </Suspense>
      </Tabs>
    </aside>
  );
}

function Shown(props: { readonly tab: DetailsTab; readonly node: Node; readonly actions: FileActions }) {
  switch (props.tab) {
    case 'info':
      return <Information node={props.node} />;
    case 'versions':
      return <RevisionList node={props.node} actions={props.actions} />;
    case 'activity':
      return <ActivityList node={props.node} />;
    case 'sharing':
      return <SharingPanel node={props.node} />;
  }
}
