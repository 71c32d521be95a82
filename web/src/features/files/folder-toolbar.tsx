import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { MenuButton } from '../../ui/menu.tsx';
import type { EntryMenu } from './entry-menu.ts';
import styles from './folder-view.module.css';

export interface FolderToolbarProps {
  readonly count: number;
  readonly isComplete: boolean;
  readonly view: 'list' | 'tiles';
  readonly onView: (view: 'list' | 'tiles') => void;
  readonly chosen: number;
  readonly menu: EntryMenu;
  readonly onClear: () => void;
  readonly onNewFolder: () => void;
}

/** What can be done here; while entries are chosen, what can be done to them. */
export function FolderToolbar(props: FolderToolbarProps) {
  const { t } = useTranslation();
  const isTiles = props.view === 'tiles';
  return (
    <div className={styles.toolbar}>
      <div className={styles.chosen}>
        <Button icon="folder-new" onPress={props.onNewFolder}>
          {t('files.newFolder')}
        </Button>
        {props.chosen > 0 ? <ChosenActions {...props} /> : <Count {...props} />}
      </div>
      <IconButton
        icon={isTiles ? 'list' : 'grid'}
        label={t(isTiles ? 'files.asList' : 'files.asTiles')}
        onPress={() => props.onView(isTiles ? 'list' : 'tiles')}
      />
    </div>
  );
}

function ChosenActions({ chosen, menu, onClear }: FolderToolbarProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.actions}>
      <span role="status">{t('files.chosen', { count: chosen })}</span>
      <Button kind="quiet" icon="move" onPress={menu.move}>
        {t('files.move')}
      </Button>
      <Button kind="quiet" icon="trash" onPress={menu.remove}>
        {t('files.delete')}
      </Button>
      <MenuButton label={t('app.more')} entries={menu.entries} className={styles.moreButton}>
        <Icon name="more" />
      </MenuButton>
      <IconButton icon="close" label={t('files.clearSelection')} onPress={onClear} />
    </div>
  );
}

function Count({ isComplete, count }: FolderToolbarProps) {
  const { t } = useTranslation();
  return (
    <span className={styles.count} role="status">
      {t(isComplete ? 'files.count' : 'files.countMore', { count })}
    </span>
  );
}
