import type { Node, Revision } from '@syncline/protocol';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { saveFile } from '../../content/save-content.ts';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { MenuButton, type MenuEntry } from '../../ui/menu.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useDeviceNames } from '../devices/use-device-names.ts';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import type { FileActions } from '../files/file-actions.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatExactly } from '../files/format-instant.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useMayEdit } from '../files/use-trail.ts';
import { previewKind } from '../preview/preview-kind.ts';
import styles from './details.module.css';
import { LabelForm } from './label-form.tsx';
import { revisionNode } from './revision-node.ts';

const CompareDialog = lazy(async () => ({ default: (await import('./compare-dialog.tsx')).CompareDialog }));
const PreviewDialog = lazy(async () => ({ default: (await import('../preview/preview-dialog.tsx')).PreviewDialog }));

/** What lies open over the list. */
type Opened =
  | { readonly kind: 'shown'; readonly revision: Revision }
  | { readonly kind: 'compared'; readonly before: number; readonly after: number };

/** The contents that a file has had, newest first: each can be looked at, compared, saved, made the present one again, and given a name that keeps it. */
export function RevisionList({ node, actions }: { readonly node: Node; readonly actions: FileActions }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Opened>();
  const query = useRevisions(node);
  if (query.error !== null) return <Notice kind="problem">{failureMessage(t, query.error)}</Notice>;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  const revisions = query.data.pages.flatMap((page) => page.revisions);
  const close = (): void => setOpened(undefined);
  return (
    <>
      <ol className={styles.revisions}>
        {revisions.map((revision, index) => (
          <RevisionEntry
            key={revision.rev}
            node={node}
            revision={revision}
            previous={revisions[index + 1]}
            actions={actions}
            onOpen={setOpened}
          />
        ))}
      </ol>
      {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{t('app.loadMore')}</Button>}
      <Suspense fallback={null}>
        {opened?.kind === 'shown' && (
          <PreviewDialog
            first={revisionNode(node, opened.revision)}
            entries={[revisionNode(node, opened.revision)]}
            onClose={close}
          />
        )}
        {opened?.kind === 'compared' && (
          <CompareDialog node={node} revisions={revisions} first={opened} onClose={close} />
        )}
      </Suspense>
    </>
  );
}

function useRevisions({ namespaceId, nodeId }: Node) {
  const api = useApi();
  return useInfiniteQuery({
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
}

interface RevisionEntryProps {
  readonly node: Node;
  readonly revision: Revision;
  /** The one before it, as far as it is known. */
  readonly previous: Revision | undefined;
  readonly actions: FileActions;
  readonly onOpen: (opened: Opened) => void;
}

function RevisionEntry(props: RevisionEntryProps) {
  const { node, revision } = props;
  const { t, language } = useTranslation();
  const deviceName = useDeviceNames();
  const [isNaming, setIsNaming] = useState(false);
  const when = formatExactly(revision.committedAt, language);
  return (
    <li>
      <p className={styles.when}>
        {when}
        {revision.rev === node.contentRev && <span className={styles.badge}>{t('details.present')}</span>}
        {revision.losing === true && <span className={styles.badge}>{t('details.losing')}</span>}
      </p>
      {revision.label !== undefined && <p className={styles.label}>{revision.label}</p>}
      <p className={styles.quiet}>
        {formatBytes(revision.size, language)} · <Name of={deviceName(revision.deviceId) ?? t('details.otherDevice')} />
      </p>
      {isNaming ? (
        <LabelForm node={node} revision={revision} onDone={() => setIsNaming(false)} />
      ) : (
        <RevisionActions {...props} when={when} onName={() => setIsNaming(true)} />
      )}
    </li>
  );
}

function RevisionActions(props: RevisionEntryProps & { readonly when: string; readonly onName: () => void }) {
  const { node, revision, previous, actions, onOpen, when } = props;
  const { t } = useTranslation();
  const { namespaceId, nodeId } = node;
  const mayEdit = useMayEdit(node);
  const isPresent = revision.rev === node.contentRev;
  const compared = comparedWith(node, revision, previous);
  const more: readonly MenuEntry[] = [
    {
      id: 'download',
      text: t('transfers.download'),
      icon: 'download',
      run: () => saveFile(revisionNode(node, revision)),
    },
    ...(mayEdit ? [{ id: 'label', text: t('details.label'), icon: 'edit', run: props.onName } as const] : []),
  ];
  return (
    <div className={styles.actions}>
      <Button
        kind="quiet"
        aria-label={t('details.openOf', { when })}
        onPress={() => onOpen({ kind: 'shown', revision })}
      >
        {t('files.open')}
      </Button>
      {compared !== undefined && (
        <Button
          kind="quiet"
          aria-label={t(isPresent ? 'details.comparePrevious' : 'details.comparePresent', { when })}
          onPress={() => onOpen({ kind: 'compared', ...compared })}
        >
          {t('details.compare')}
        </Button>
      )}
      {mayEdit && !isPresent && (
        <Button
          kind="quiet"
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
      <MenuButton label={t('details.moreOf', { when })} entries={more} className={styles.moreButton}>
        <Icon name="more" />
      </MenuButton>
    </div>
  );
}

/** The present one with what it was made from, another one with the present one. Undefined for what is no text. */
function comparedWith(node: Node, revision: Revision, previous: Revision | undefined) {
  const kind = previewKind(node.name);
  if (kind !== 'text' && kind !== 'table') return undefined;
  if (revision.rev !== node.contentRev) return { before: revision.rev, after: node.contentRev };
  return previous === undefined ? undefined : { before: previous.rev, after: revision.rev };
}
