import { type Invitation, rootNodeId, type SharedFolder } from '@syncline/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import { answerValue } from '../files/answer-value.ts';
import { readAnew, showNodes } from '../files/follow-live.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { sharedFoldersQuery } from '../files/use-trail.ts';

/** The folders that the account shares with others, and what it is invited to. */
export function SharedPage() {
  const { t } = useTranslation();
  const api = useApi();
  const folders = useQuery(sharedFoldersQuery(api));
  const invitations = useQuery({
    queryKey: queryKeys.ownInvitations,
    queryFn: async ({ signal }) => answerValue(await api.listOwnInvitations({ signal })).invitations,
    // An invitation is told by nothing.
    staleTime: 0,
  });
  const open = invitations.data ?? [];
  return (
    <Page title={t('sharing.sharedTitle')}>
      {open.length > 0 && (
        <PageSection title={t('sharing.invitationsTitle')}>
          <ul className={rows.rows}>
            {open.map((invitation) => (
              <InvitationRow key={invitation.invitationId} invitation={invitation} />
            ))}
          </ul>
        </PageSection>
      )}
      <PageSection title={t('sharing.foldersTitle')}>
        {folders.data === undefined ? (
          <Loading label={t('app.loading')} />
        ) : folders.data.folders.length === 0 ? (
          <EmptyState icon="people" title={t('sharing.noFolders')} text={t('sharing.noFoldersText')} />
        ) : (
          <ul className={rows.rows}>
            {folders.data.folders.map((folder) => (
              <FolderRow key={folder.namespaceId} folder={folder} />
            ))}
          </ul>
        )}
      </PageSection>
      <JoinForm />
    </Page>
  );
}

function FolderRow({ folder }: { readonly folder: SharedFolder }) {
  const { t } = useTranslation();
  const { namespaceId, name, role, memberCount } = folder;
  return (
    <li className={rows.row}>
      <KindIcon node={{ kind: 'mount', name }} />
      <span className={rows.main}>
        <Link href={`/folder/${namespaceId}/${rootNodeId(namespaceId)}`}>
          <Name of={name} />
        </Link>
        <span className={rows.quiet}>
          {t(`sharing.role_${role}`)} · {t('sharing.members', { count: memberCount })}
        </span>
      </span>
    </li>
  );
}

function InvitationRow({ invitation }: { readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const answer = useInvitationAnswer();
  const { namespaceId, invitationId, name, role } = invitation;
  const body = { namespaceId, invitationId };
  return (
    <li className={rows.row}>
      <KindIcon node={{ kind: 'mount', name }} />
      <span className={rows.main}>
        <span className={rows.title}>
          <Name of={name} />
        </span>
        <span className={rows.quiet}>{t('sharing.invitationFor', { role: t(`sharing.role_${role}`) })}</span>
      </span>
      <span className={rows.actions}>
        <Button kind="primary" aria-label={t('sharing.acceptOf', { name })} onPress={() => void answer(body, true)}>
          {t('sharing.accept')}
        </Button>
        <Button aria-label={t('sharing.declineOf', { name })} onPress={() => void answer(body, false)}>
          {t('sharing.decline')}
        </Button>
      </span>
    </li>
  );
}

function JoinForm() {
  const { t } = useTranslation();
  const answer = useInvitationAnswer();
  const [code, setCode] = useState('');
  return (
    <form
      className={rows.form}
      onSubmit={(event) => {
        event.preventDefault();
        // A code that was refused can be corrected.
        void answer({ token: code.trim() }, true).then((isIn) => isIn && setCode(''));
      }}
    >
      <TextField label={t('sharing.haveCode')} required autoComplete="off" value={code} onChange={setCode} />
      <Button type="submit">{t('sharing.join')}</Button>
    </form>
  );
}

type InvitationName = Parameters<ReturnType<typeof useApi>['declineInvitation']>[0]['body'];

/** True when the answer was taken. */
function useInvitationAnswer(): (body: InvitationName, accepts: boolean) => Promise<boolean> {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const toast = useToast();
  const queryClient = useQueryClient();
  return (body, accepts) =>
    attempt(async () => {
      if (accepts) {
        const { folder, mount } = answerValue(await api.acceptInvitation({ body }));
        showNodes(queryClient, [mount]);
        toast({ text: t('sharing.joined', { name: folder.name }) });
      } else answerValue(await api.declineInvitation({ body }));
      await readAnew(queryClient, queryKeys.sharedFolders);
      await readAnew(queryClient, queryKeys.ownInvitations);
    });
}
