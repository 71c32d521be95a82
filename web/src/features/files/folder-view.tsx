import type { Node } from '@syncline/protocol';
import { lazy, Suspense, useRef } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { ContextMenu } from '../../ui/menu.tsx';
import { DropArea } from '../transfers/drop-area.tsx';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { EntryList } from './entry-list.tsx';
import type { EntryMenu } from './entry-menu.ts';
import { FolderToolbar } from './folder-toolbar.tsx';
import styles from './folder-view.module.css';
import { FolderWelcome } from './folder-welcome.tsx';
import { type FolderModelOptions, useFolderModel } from './use-folder-model.ts';

const FolderDialog = lazy(async () => ({ default: (await import('./folder-dialog.tsx')).FolderDialog }));
const PreviewDialog = lazy(async () => ({ default: (await import('../preview/preview-dialog.tsx')).PreviewDialog }));
const DetailsPane = lazy(async () => ({ default: (await import('../details/details-pane.tsx')).DetailsPane }));

/** One folder: where it is, what can be done, and what stands in it. */
export function FolderView(props: FolderModelOptions) {
  const { place, listing, onEdit } = props;
  const { t } = useTranslation();
  const model = useFolderModel(props);
  const { trail, entries, used, menu, details, dialog } = model;
  const edit = (node: Node): void => {
    model.setPreview(undefined);
    onEdit(node);
  };
  const isEmpty = entries.length === 0 && listing.isComplete;
  return (
    <div className={styles.split}>
      <DropArea className={styles.page} target={place} name={trail.at(-1)?.name ?? t('files.title')}>
        <div className={styles.bar}>
          <Breadcrumbs trail={trail} onMove={model.move} />
          <FolderToolbar place={place} model={model} isComplete={listing.isComplete} />
          {listing.isPartial === true && <p className={styles.partial}>{t('offline.partial')}</p>}
        </div>
        {isEmpty ? (
          <FolderWelcome isFirst={trail.length <= 1} mayEdit={model.mayEdit} onNewFolder={model.newFolder} />
        ) : (
          <EntryList
            {...model}
            label={t('files.list', { name: trail.at(-1)?.name ?? t('files.title') })}
            isStarred={model.stars.has}
          />
        )}
      </DropArea>
      <MenuAt menu={menu} label={t('app.more')} />
      <Suspense fallback={null}>
        {details !== undefined && (
          <DetailsPane
            key={details}
            node={model.told}
            first={details}
            actions={model.actions}
            onClose={() => model.setDetails(undefined)}
          />
        )}
        {model.preview !== undefined && (
          <PreviewDialog
            first={model.preview}
            entries={entries}
            {...(model.mayEdit && { onEdit: edit })}
            onClose={() => model.setPreview(undefined)}
          />
        )}
        {dialog !== undefined && (
          <FolderDialog
            state={dialog}
            place={place}
            names={listing.nodes}
            actions={model.actions}
            onMade={(node) => {
              used.step(node.nodeId, 'alone');
              model.setWanted(node.nodeId);
            }}
            onClose={() => model.setDialog(undefined)}
          />
        )}
      </Suspense>
    </div>
  );
}

/** The menu where the pointer is: below an element that has no size. */
function MenuAt({ menu, label }: { readonly menu: EntryMenu; readonly label: string }) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: menu.at?.x ?? 0, top: menu.at?.y ?? 0 }} />
      {menu.at !== undefined && (
        <ContextMenu
          key={`${menu.at.x} ${menu.at.y}`}
          label={label}
          entries={menu.entries}
          anchor={anchor}
          onClose={menu.close}
        />
      )}
    </>
  );
}
