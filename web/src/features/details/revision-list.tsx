import type { Node, Revision } from '@syncline/protocol';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useDeviceNames } from '../devices/use-device-names.ts';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import type { FileActions } from '../files/file-actions.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatExactly } from '../files/format-instant.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import styles from './details.module.css';

/** The contents that a file has had, newest first: each can be made the present one again, and given a name that keeps it. */
export function RevisionList({ node, actions }: { readonly node: Node; readonly actions: FileActions }) {
  const { t } = useTranslation();
  const api = useApi();
  const { namespaceId, nodeId } = node;
  const query = useInfiniteQuery({
    queryKey: queryKeys.revisions(namespaceId, nodeId),
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) =>
      answerValue(
        await api.listRevisions({
          parameters: { nodeId },
          query: { namespaceId, limit: '50', page: pageParam },
          signal,
        }),
      ),
    getNextPageParam: ({ nextPage }) => nextPage,
  });
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  const revisions = query.data.pages.flatMap((page) => page.revisions);
  return (
    <>
      <ol className={styles.revisions}>
        {revisions.map((revision) => (
          <RevisionEntry key={revision.rev} node={node} revision={revision} actions={actions} />
        ))}
      </ol>
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
    </>
  );
}

function RevisionEntry(props: { readonly node: Node; readonly revision: Revision; readonly actions: FileActions }) {
  const { node, revision, actions } = props;
  const { t, i18n } = useTranslation();
  const deviceName = useDeviceNames();
  const [isNaming, setIsNaming] = useState(false);
  const isPresent = revision.rev === node.contentRev;
  const when = formatExactly(revision.committedAt, i18n.language);
  const { namespaceId, nodeId } = node;
  return (
    <li>
      <p className={styles.when}>
        {when}
        {isPresent && <span className={styles.badge}>{t('details.present')}</span>}
        {revision.losing === true && <span className={styles.badge}>{t('details.losing')}</span>}
      </p>
      {revision.label !== undefined && <p className={styles.label}>{revision.label}</p>}
      <p className={styles.quiet}>
        {formatBytes(revision.size, i18n.language)} · {deviceName(revision.deviceId) ?? t('details.otherDevice')}
      </p>
      {isNaming ? (
        <LabelForm node={node} revision={revision} onDone={() => setIsNaming(false)} />
      ) : (
        <div className={styles.actions}>
          {!isPresent && (
            <Button
              kind="quiet"
              icon="restore"
              aria-label={t('details.restoreFrom', { when })}
              onPress={() =>
                void actions.run(
                  [{ type: 'restore', namespaceId, nodeId, rev: revision.rev, baseRev: node.rev }],
                  [node.name],
                )
              }
            >
              {t('details.restore')}
            </Button>
          )}
          <Button
            kind="quiet"
            icon="edit"
            aria-label={t('details.labelOf', { when })}
            onPress={() => setIsNaming(true)}
          >
            {t('details.label')}
          </Button>
        </div>
      )}
    </li>
  );
}

function LabelForm(props: { readonly node: Node; readonly revision: Revision; readonly onDone: () => void }) {
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
      await queryClient.invalidateQueries({ queryKey: queryKeys.revisions(namespaceId, nodeId) });
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
