import { useTranslation } from '../../messages/translate.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { MenuButton } from '../../ui/menu.tsx';
import { UploadButton } from '../transfers/upload-button.tsx';
import styles from './folder-view.module.css';
import type { FolderPlace } from './listing.ts';
import type { FolderModel } from './use-folder-model.ts';

export interface FolderToolbarProps {
  readonly place: FolderPlace;
  readonly model: FolderModel;
  readonly isComplete: boolean;
}

/** What can be done here; while entries are chosen, what can be done to them. */
export function FolderToolbar({ place, model, isComplete }: FolderToolbarProps) {
  const { t } = useTranslation();
  const isTiles = model.view === 'tiles';
  const hasDetails = model.details !== undefined;
  return (
    <div className={styles.toolbar}>
      <div className={styles.chosen}>
        {model.mayEdit ? (
          <>
            <UploadButton target={place} />
            <Button icon="folder-new" className={styles.newFolder} onPress={model.newFolder}>
              {t('files.newFolder')}
            </Button>
          </>
        ) : (
          <span className={styles.readOnly}>{t('transfers.why-read-only')}</span>
        )}
        {model.used.nodes.length > 0 ? (
          <ChosenActions model={model} />
        ) : (
          <span className={styles.count} role="status">
            {t(isComplete ? 'files.count' : 'files.countMore', { count: model.entries.length })}
          </span>
        )}
      </div>
      <div className={styles.ways}>
        <IconButton
          icon={isTiles ? 'list' : 'grid'}
          label={t(isTiles ? 'files.asList' : 'files.asTiles')}
          onPress={() => model.setView(isTiles ? 'list' : 'tiles')}
        />
        <IconButton
          icon="info"
          label={t(hasDetails ? 'files.hideDetails' : 'files.details')}
          aria-expanded={hasDetails}
          onPress={() => model.setDetails(hasDetails ? undefined : 'info')}
        />
      </div>
    </div>
  );
}

function ChosenActions({ model }: { readonly model: FolderModel }) {
  const { t } = useTranslation();
  const { menu, used, mayEdit } = model;
  return (
    <div className={styles.actions}>
      <span role="status">{t('files.chosen', { count: used.nodes.length })}</span>
      {used.nodes.length === 1 && (
        <Button kind="quiet" icon="share" onPress={() => model.setDetails('sharing')}>
          {t('files.share')}
        </Button>
      )}
      {mayEdit && (
        <>
          <Button kind="quiet" icon="move" onPress={menu.move}>
            {t('files.move')}
          </Button>
          <Button kind="quiet" icon="trash" onPress={menu.remove}>
            {t('files.delete')}
          </Button>
        </>
      )}
      <MenuButton label={t('app.more')} entries={menu.entries} className={styles.moreButton}>
        <Icon name="more" />
      </MenuButton>
      <IconButton icon="close" label={t('files.clearSelection')} onPress={used.none} />
    </div>
  );
}
