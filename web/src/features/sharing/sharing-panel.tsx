import type { Node } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { sharedFoldersQuery } from '../files/use-trail.ts';
import { LinkSection } from './link-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { ShareFolderSection } from './share-folder-section.tsx';
import styles from './sharing.module.css';

/** Who has an entry, and who may get it: people in a shared folder, and links. */
export function SharingPanel({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const { api, account } = useSignedIn();
  const { data } = useQuery(sharedFoldersQuery(api));
  const sharedId =
    node.mountedNamespaceId ?? (node.namespaceId === account.homeNamespaceId ? undefined : node.namespaceId);
  const folder = data?.folders.find(({ namespaceId }) => namespaceId === sharedId);
  return (
    <div className={styles.panel}>
      {folder !== undefined && (
        <>
          {node.kind !== 'mount' && <p className={styles.quiet}>{t('sharing.inside', { name: folder.name })}</p>}
          <PeopleSection folder={folder} />
        </>
      )}
      {folder === undefined && node.kind === 'folder' && sharedId === undefined && <ShareFolderSection node={node} />}
      <LinkSection node={node} />
    </div>
  );
}
