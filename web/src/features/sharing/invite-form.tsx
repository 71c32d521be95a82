import type { InvitedRole, SharedFolder } from '@syncline/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import styles from './sharing.module.css';

/** Invites a person by address, or anybody. The code that lets them in is shown this once. */
export function InviteForm({ folder }: { readonly folder: SharedFolder }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const toast = useToast();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<InvitedRole>('editor');
  const [code, setCode] = useState<string>();
  const { namespaceId } = folder;
  const invite = async (address: string | undefined): Promise<void> => {
    await attempt(async () => {
      const { token } = answerValue(
        await api.invite({
          parameters: { namespaceId },
          body: { role, ...(address === undefined ? {} : { email: address }) },
        }),
      );
      // Where the service does not know whose address is whose, the code is the only way in.
      setCode(token);
      if (address !== undefined) {
        setEmail('');
        toast({ text: t('sharing.invitedDone', { email: address }) });
      }
      await readAnew(queryClient, queryKeys.invitations(namespaceId));
    });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void invite(email.trim());
      }}
    >
      <TextField label={t('sharing.inviteEmail')} type="email" required value={email} onChange={setEmail} />
      <SelectField
        label={t('sharing.inviteRole')}
        value={role}
        options={[
          { value: 'editor', text: t('sharing.role_editor') },
          { value: 'viewer', text: t('sharing.role_viewer') },
        ]}
        onChange={setRole}
      />
      <div className={styles.buttons}>
        <Button kind="primary" type="submit">
          {t('sharing.invite')}
        </Button>
        <Button onPress={() => void invite(undefined)}>{t('sharing.inviteByCode')}</Button>
      </div>
      {code !== undefined && (
        <Notice kind="success">
          {t('sharing.codeText')}
          <code className={styles.code}>{code}</code>
        </Notice>
      )}
    </form>
  );
}
