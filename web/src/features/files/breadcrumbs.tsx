import { Link } from 'wouter';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import styles from './folder-view.module.css';
import { dropTarget, type EntryDragOptions } from './use-entry-drag.ts';
import { folderHref, type TrailStep } from './use-trail.ts';

/** The way to the folder that is shown. Entries can be dropped onto each folder of it. */
export function Breadcrumbs(props: {
  readonly trail: readonly TrailStep[];
  readonly onMove: EntryDragOptions['onMove'];
}) {
  const { t } = useTranslation();
  const { account } = useSignedIn();
  const last = props.trail.length - 1;
  return (
    <nav aria-label={t('files.path')} className={styles.trail}>
      <ol>
        {props.trail.map(({ place, name }, index) => (
          <li key={`${place.namespaceId}/${place.folderId}`} {...dropTarget(place, props.onMove)}>
            {index === last ? (
              <h1 aria-current="page">
                <Name of={name ?? t('files.title')} />
              </h1>
            ) : (
              <>
                <Link href={folderHref(place, account.homeNamespaceId)}>
                  <Name of={name ?? t('files.title')} />
                </Link>
                <Icon name="chevron-right" />
              </>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
