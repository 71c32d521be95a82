import { DAY_MS, HOUR_MS, type LinkRole, type Node, SECOND_MS } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { insideOf } from '../files/plan-operations.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { useMayEdit } from '../files/use-trail.ts';
import { type LinkOptions, linkRequest } from './link-request.ts';
import { NewLink } from './new-link.tsx';
import styles from './sharing.module.css';

const LIVES = {
  hour: HOUR_MS / SECOND_MS,
  day: DAY_MS / SECOND_MS,
  week: (7 * DAY_MS) / SECOND_MS,
  month: (30 * DAY_MS) / SECOND_MS,
  year: (365 * DAY_MS) / SECOND_MS,
} as const;
type Life = keyof typeof LIVES;

/** Makes a link with what it allows. Its address is shown once: the service does not know it afterwards. */
export function LinkForm({ node, onDone }: { readonly node: Node; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const [role, setRole] = useState<LinkRole>('view');
  const [life, setLife] = useState<Life>('month');
  const [options, setOptions] = useState<LinkOptions>({ password: '', maxUses: '' });
  const [token, setToken] = useState<string>();
  const { namespaceId, folderId } = insideOf(node);
  // Who may only look lets nobody add something.
  const mayEdit = useMayEdit({ namespaceId });
  const request = linkRequest({ role, namespaceId, nodeId: folderId, lifeSeconds: LIVES[life] }, options);
  const make = async (): Promise<void> => {
    if (request.kind === 'problem') return;
    await attempt(async () => {
      setToken(answerValue(await api.createLink({ body: request.body })).token);
      await readAnew(queryClient, queryKeys.links);
    });
  };
  if (token !== undefined) return <NewLink token={token} onDone={onDone} />;
  const problem = request.kind === 'problem' ? request.field : undefined;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      {node.kind !== 'file' && mayEdit && (
        <SelectField
          label={t('sharing.linkRole')}
          value={role}
          options={[
            { value: 'view', text: t('sharing.link_view') },
            { value: 'upload', text: t('sharing.link_upload') },
          ]}
          onChange={setRole}
        />
      )}
      <LifeField life={life} onChange={setLife} />
      <TextField
        label={t('sharing.password')}
        type="password"
        autoComplete="new-password"
        hint={t('sharing.passwordHint')}
        problem={problem === 'password' ? t('sharing.passwordProblem') : undefined}
        value={options.password}
        onChange={(password) => setOptions({ ...options, password })}
      />
      <TextField
        label={t(role === 'upload' ? 'sharing.maxFiles' : 'sharing.maxDownloads')}
        inputMode="numeric"
        hint={t('sharing.maxHint')}
        problem={problem === 'maxUses' ? t('sharing.maxProblem') : undefined}
        value={options.maxUses}
        onChange={(maxUses) => setOptions({ ...options, maxUses })}
      />
      <div className={styles.buttons}>
        <Button kind="primary" type="submit">
          {t('sharing.makeLink')}
        </Button>
        <Button onPress={onDone}>{t('app.cancel')}</Button>
      </div>
    </form>
  );
}

function LifeField({ life, onChange }: { readonly life: Life; readonly onChange: (life: Life) => void }) {
  const { t } = useTranslation();
  const options = (Object.keys(LIVES) as Life[]).map((value) => ({ value, text: t(`sharing.life_${value}`) }));
  return <SelectField label={t('sharing.life')} value={life} options={options} onChange={onChange} />;
}
