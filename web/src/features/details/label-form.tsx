import type { Node, Revision } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import styles from './details.module.css';

/** Gives a revision a name, by which it is kept. */
export function LabelForm(props: { readonly node: Node; readonly revision: Revision; readonly onDone: () => void }) {
  const { node, revision, onDone } = props;
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const [label, setLabel] = useState(revision.label ?? '');
  const keep = async (): Promise<void> => {
    const { namespaceId, nodeId } = node;
    const given = label.trim();
    await attempt(async () => {
      answerValue(
        await api.markRevision({
          parameters: { nodeId, rev: String(revision.rev) },
          body: { namespaceId, label: given === '' ? null : given },
        }),
      );
      await readAnew(queryClient, queryKeys.revisions(namespaceId, nodeId));
    });
    onDone();
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <TextField
        label={t('details.labelField')}
        hint={t('details.labelHint')}
        value={label}
        maxLength={100}
        autoFocus
        onChange={setLabel}
      />
      <div className={styles.actions}>
        <Button kind="primary" type="submit">
          {t('app.save')}
        </Button>
        <Button onPress={onDone}>{t('app.cancel')}</Button>
      </div>
    </form>
  );
}
