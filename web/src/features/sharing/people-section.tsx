import type { Invitation, NamespaceMember, SharedFolder } from '@syncline/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { answerValue } from '../files/answer-value.ts';
import { ConfirmDialog } from '../files/confirm-dialog.tsx';
import { readAnew } from '../files/follow-live.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { InviteForm } from './invite-form.tsx';
import styles from './sharing.module.css';
import { UnshareButton } from './unshare-button.tsx';
import { membersQuery } from './use-member-names.ts';

/** Who is in a shared folder, and what they may do. Its owner changes that; everybody may leave. */
export function PeopleSection({ folder }: { readonly folder: SharedFolder }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const { data: members } = useQuery(membersQuery(api, folder.namespaceId));
  const isOwner = folder.role === 'owner';
  return (
    <section className={styles.section}>
      <h3>{t('sharing.people')}</h3>
      {members === undefined ? (
        <Loading label={t('app.loading')} />
      ) : (
        <ul className={styles.people}>
          {members.map((member) => (
            <MemberEntry key={member.accountId} folder={folder} member={member} />
          ))}
          {isOwner && <Invitations folder={folder} />}
        </ul>
      )}
      {isOwner && <InviteForm folder={folder} />}
      {isOwner && <UnshareButton folder={folder} />}
    </section>
  );
}

function MemberEntry({ folder, member }: { readonly folder: SharedFolder; readonly member: NamespaceMember }) {
  const { t } = useTranslation();
  const { api, account, email } = useSignedIn();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const { namespaceId } = folder;
  const { accountId, role } = member;
  const isSelf = accountId === account.accountId;
  const name = isSelf ? t('sharing.you', { email: email ?? '' }) : (member.email ?? t('sharing.somebody'));
  const parameters = { namespaceId, accountId };
  const changing = (task: () => Promise<unknown>): void => {
    const change = async (): Promise<void> => {
      await attempt(task);
      await readAnew(queryClient, queryKeys.members(namespaceId));
      // Whoever hands a folder over is not its owner any more.
      await readAnew(queryClient, queryKeys.sharedFolders);
    };
    void change();
  };
  const changeRole = (next: NamespaceMember['role']): void =>
    changing(async () => answerValue(await api.changeRole({ parameters, body: { role: next } })));
  const canChange = folder.role === 'owner' && !isSelf;
  return (
    <li className={styles.person}>
      <span className={styles.mark} aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span className={styles.name}>
        <Name of={name} />
      </span>
      {canChange ? (
        <>
          <SelectField
            label={t('sharing.roleOf', { name })}
            isLabelHidden
            value={role}
            options={[
              { value: 'viewer', text: t('sharing.role_viewer') },
              { value: 'editor', text: t('sharing.role_editor') },
              { value: 'owner', text: t('sharing.handOver') },
            ]}
            onChange={(next) => (next === 'owner' ? setIsAsking(true) : changeRole(next))}
          />
          <IconButton
            icon="close"
            label={t('sharing.remove', { name })}
            onPress={() => changing(async () => answerValue(await api.removeMember({ parameters })))}
          />
        </>
      ) : (
        <span className={styles.quiet}>{t(`sharing.role_${role}`)}</span>
      )}
      {isAsking && (
        // Nobody but the new owner can take it back.
        <ConfirmDialog
          title={t('sharing.handOverTitle', { folder: folder.name })}
          text={t('sharing.handOverText', { name })}
          action={t('sharing.handOver')}
          onConfirm={() => changeRole('owner')}
          onClose={() => setIsAsking(false)}
        />
      )}
    </li>
  );
}

function Invitations({ folder }: { readonly folder: SharedFolder }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const { namespaceId } = folder;
  const { data } = useQuery({
    queryKey: queryKeys.invitations(namespaceId),
    queryFn: async ({ signal }) =>
      answerValue(await api.listInvitations({ parameters: { namespaceId }, signal })).invitations,
  });
  return (data ?? []).map((invitation) => (
    <InvitationEntry key={invitation.invitationId} invitation={invitation} open={t('sharing.invited')} />
  ));
}

function InvitationEntry({ invitation, open }: { readonly invitation: Invitation; readonly open: string }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  const { namespaceId, invitationId, role } = invitation;
  const name = invitation.email ?? t('sharing.anybody');
  const withdraw = (): void => {
    void attempt(async () => {
      answerValue(await api.withdrawInvitation({ parameters: { namespaceId, invitationId } }));
      await readAnew(queryClient, queryKeys.invitations(namespaceId));
    });
  };
  return (
    <li className={styles.person}>
      <span className={styles.mark} data-open="" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span className={styles.name}>
        <Name of={name} />
        <span className={styles.quiet}>
          {open} · {t(`sharing.role_${role}`)}
        </span>
      </span>
      <Button kind="quiet" aria-label={t('sharing.withdrawFrom', { name })} onPress={withdraw}>
        {t('sharing.withdraw')}
      </Button>
    </li>
  );
}
