import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import type { NameAnswer, NameQuestion } from '../../transfers/transfer-state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import styles from './transfer-panel.module.css';
import { useUploads } from './uploads-context.ts';

/** A name exists: what is to become of the file, and of all others that ask. Closing it leaves out this file alone: only a button speaks for all. */
export function NameQuestionDialog({ question }: { readonly question: NameQuestion }) {
  const { t } = useTranslation();
  const uploads = useUploads();
  const [isForAll, setIsForAll] = useState(true);
  const { id, name, kind, others } = question;
  const answer = (given: NameAnswer): void => uploads.answer(id, given, isForAll && others > 0);
  return (
    <Dialog
      title={t('transfers.existsTitle')}
      closeLabel={t('transfers.skipOne', { name })}
      onClose={() => uploads.answer(id, 'skip', false)}
    >
      <p>{t(kind === 'file' ? 'transfers.existsFile' : 'transfers.existsFolder', { name })}</p>
      {others > 0 && (
        <label className={styles.all}>
          <input type="checkbox" checked={isForAll} onChange={({ target }) => setIsForAll(target.checked)} />
          {t('transfers.forAll', { count: others })}
        </label>
      )}
      <DialogButtons>
        <Button kind="quiet" onPress={() => answer('skip')}>
          {t('transfers.skip')}
        </Button>
        {kind === 'file' && <Button onPress={() => answer('replace')}>{t('transfers.replace')}</Button>}
        <Button kind="primary" onPress={() => answer('keep_both')}>
          {t('transfers.keepBoth')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
