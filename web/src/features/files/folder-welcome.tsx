import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useToast } from '../../ui/toasts.tsx';
import styles from './folder-view.module.css';

/** What an empty folder says: how to begin, when it is all that the account has. */
export function FolderWelcome({
  isFirst,
  mayEdit,
  onNewFolder,
}: {
  readonly isFirst: boolean;
  readonly mayEdit: boolean;
  readonly onNewFolder: () => void;
}) {
  const { t } = useTranslation();
  const toast = useToast();
  if (!mayEdit) return <EmptyState icon="folder" title={t('files.emptyTitle')} />;
  const commands = `syncline login --api ${location.origin}\nsyncline link ~/Syncline && syncline start`;
  return (
    <EmptyState
      icon="folder"
      title={t(isFirst ? 'files.welcomeTitle' : 'files.emptyTitle')}
      text={t(isFirst ? 'files.welcomeText' : 'files.emptyText')}
    >
      <Button kind="primary" icon="folder-new" onPress={onNewFolder}>
        {t('files.newFolder')}
      </Button>
      {isFirst && (
        <figure className={styles.commands}>
          <figcaption>{t('files.welcomeCommand')}</figcaption>
          <pre>{commands}</pre>
          <Button
            kind="quiet"
            icon="copy"
            onPress={() => {
              void navigator.clipboard.writeText(commands).then(() => toast({ text: t('files.commandCopied') }));
            }}
          >
            {t('files.copyCommand')}
          </Button>
        </figure>
      )}
    </EmptyState>
  );
}
