import type { Node } from '@syncline/protocol';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import styles from './folder-picker.module.css';
import { KindIcon } from './kind-icon.tsx';
import type { FolderPlace } from './listing.ts';
import { insideOf } from './plan-operations.ts';
import { compareEntries, nameCollator } from './sort-entries.ts';
import { useListing } from './use-listing.ts';
import { useTrail } from './use-trail.ts';

export interface FolderPickerProps {
  readonly title: string;
  readonly action: string;
  readonly start: FolderPlace;
  /** What is going to be put there: no folder can be chosen that is one of them. */
  readonly nodes: readonly Node[];
  readonly isSamePlaceAllowed: boolean;
  /** What is said where the chosen folder is of another namespace than what goes there. */
  readonly crossing?: string | undefined;
  readonly onChoose: (place: FolderPlace) => void;
  readonly onClose: () => void;
}

/** Lets a person go through the folders and choose one. */
export function FolderPicker(props: FolderPickerProps) {
  const { t } = useTranslation();
  const [place, setPlace] = useState(props.start);
  const trail = useTrail(place);
  const isCrossing = props.nodes.some(({ namespaceId }) => namespaceId !== place.namespaceId);
  const isSame = place.namespaceId === props.start.namespaceId && place.folderId === props.start.folderId;
  return (
    <Dialog title={props.title} closeLabel={t('app.close')} onClose={props.onClose} isWide>
      <nav aria-label={t('files.path')} className={styles.trail}>
        {trail.map((step, index) => (
          <span key={`${step.place.namespaceId}/${step.place.folderId}`}>
            {index > 0 && <Icon name="chevron-right" />}
            <button type="button" onClick={() => setPlace(step.place)} disabled={index === trail.length - 1}>
              <Name of={step.name ?? t('files.title')} />
            </button>
          </span>
        ))}
      </nav>
      <Folders place={place} nodes={props.nodes} name={trail.at(-1)?.name ?? t('files.title')} onOpen={setPlace} />
      {props.crossing !== undefined && isCrossing && <Notice kind="info">{props.crossing}</Notice>}
      <DialogButtons>
        <Button onPress={props.onClose}>{t('app.cancel')}</Button>
        <Button kind="primary" isDisabled={isSame && !props.isSamePlaceAllowed} onPress={() => props.onChoose(place)}>
          {props.action}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function Folders(props: {
  readonly place: FolderPlace;
  readonly nodes: readonly Node[];
  readonly name: string;
  readonly onOpen: (place: FolderPlace) => void;
}) {
  const { t, language } = useTranslation();
  const { data } = useListing(props.place);
  if (data === undefined) return <Loading label={t('app.loading')} />;
  const barred = new Set(props.nodes.map(({ nodeId }) => nodeId));
  const folders = [...data.nodes.values()]
    .filter(({ kind, nodeId }) => kind !== 'file' && !barred.has(nodeId))
    .toSorted(compareEntries({ column: 'name', isDescending: false }, nameCollator(language)));
  if (folders.length === 0) return <p className={styles.none}>{t('files.noFolders')}</p>;
  return (
    <ul className={styles.folders} aria-label={t('files.foldersIn', { name: props.name })}>
      {folders.map((node) => (
        <li key={node.nodeId}>
          <button type="button" onClick={() => props.onOpen(insideOf(node))}>
            <KindIcon node={node} />
            <span>
              <Name of={node.name} />
            </span>
            <Icon name="chevron-right" />
          </button>
        </li>
      ))}
    </ul>
  );
}
