import { RETENTION_DAYS_MAX, RETENTION_DAYS_MIN, type RetentionLoss } from '@syncline/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { usageQuery } from '../usage/usage-query.ts';
import styles from './settings.module.css';

/** For how many days what was deleted or replaced is kept. What a shorter time would let go is said before. */
export function RetentionSetting() {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const { data } = useQuery(usageQuery(api));
  return data === undefined ? <p>{t('app.loading')}</p> : <Days key={data.retention.days} days={data.retention.days} />;
}

function Days({ days }: { readonly days: number }) {
  const { t } = useTranslation();
  const { api, account } = useSignedIn();
  const attempt = useAttempt();
  const toast = useToast();
  const queryClient = useQueryClient();
  const [text, setText] = useState(String(days));
  const [loss, setLoss] = useState<RetentionLoss>();
  const wanted = Number(text);
  const isGood = /^\d+$/.test(text) && wanted >= RETENTION_DAYS_MIN && wanted <= RETENTION_DAYS_MAX;
  const set = async (dryRun: boolean) =>
    answerValue(
      await api.setRetention({
        parameters: { namespaceId: account.homeNamespaceId },
        body: { days: wanted, dryRun },
      }),
    );
  const keep = (): void => {
    setLoss(undefined);
    void attempt(async () => {
      await set(false);
      toast({ text: t('settings.saved') });
      await readAnew(queryClient, queryKeys.usage);
    });
  };
  const ask = (): void => {
    void attempt(async () => {
      const { loss: told } = await set(true);
      if (told.revisions === 0 && told.deletions === 0 && told.isComplete) keep();
      else setLoss(told);
    });
  };
  return (
    <form
      className={styles.row}
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) ask();
      }}
    >
      <TextField
        label={t('settings.retention')}
        inputMode="numeric"
        hint={t('settings.retentionHint')}
        problem={isGood ? undefined : t('settings.retentionProblem', { max: RETENTION_DAYS_MAX })}
        value={text}
        onChange={setText}
      />
      <Button type="submit" isDisabled={!isGood || wanted === days}>
        {t('app.save')}
      </Button>
      {loss !== undefined && <LossDialog loss={loss} onKeep={keep} onClose={() => setLoss(undefined)} />}
    </form>
  );
}

function LossDialog(props: {
  readonly loss: RetentionLoss;
  readonly onKeep: () => void;
  readonly onClose: () => void;
}) {
  const { revisions, deletions, revisionBytes } = props.loss;
  const { t, language } = useTranslation();
  return (
    <Dialog title={t('settings.lossTitle')} closeLabel={t('app.close')} onClose={props.onClose}>
      <p>{t('settings.loss', { revisions, deletions, size: formatBytes(revisionBytes, language) })}</p>
      <DialogButtons>
        <Button onPress={props.onClose}>{t('app.cancel')}</Button>
        <Button kind="danger" onPress={props.onKeep}>
          {t('settings.lossYes')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
