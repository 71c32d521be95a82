import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import styles from './sharing.module.css';

/** The address of a link that was just made. */
export function NewLink({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const address = `${location.origin}/l/${token}`;
  return (
    <div className={styles.form}>
      <Notice kind="success">{t('sharing.linkMade')}</Notice>
      <TextField
        label={t('sharing.linkAddress')}
        readOnly
        value={address}
        onChange={() => undefined}
        onFocus={(event) => event.target.select()}
      />
      <div className={styles.buttons}>
        <Button
          kind="primary"
          icon="copy"
          onPress={() => {
            void navigator.clipboard.writeText(address).then(() => toast({ text: t('sharing.linkCopied') }));
          }}
        >
          {t('sharing.copyLink')}
        </Button>
        <Button onPress={onDone}>{t('app.done')}</Button>
      </div>
    </div>
  );
}
