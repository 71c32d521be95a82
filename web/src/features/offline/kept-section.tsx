import { useTranslation } from '../../messages/translate.ts';
import { KEPT_BYTES_MAX, KEPT_FILE_BYTES_MAX } from '../../offline/limits.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Name } from '../../ui/name.tsx';
import { formatBytes } from '../files/format-bytes.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import styles from './offline.module.css';
import { useKept, useOffline } from './use-offline.ts';

/** What is available offline in this browser, the space that it takes, and how to have it back. */
export function KeptSection() {
  const { t, language } = useTranslation();
  const { kept } = useOffline();
  const state = useKept();
  const limit = formatBytes(KEPT_BYTES_MAX, language);
  const space = t('offline.space', { used: formatBytes(state.keptBytes, language), limit });
  const file = formatBytes(KEPT_FILE_BYTES_MAX, language);
  const free = async (): Promise<void> => {
    for (const { node } of state.marks) await kept.unmark(node.nodeId);
  };
  return (
    <>
      <div className={styles.space}>
        <meter min={0} max={KEPT_BYTES_MAX} high={KEPT_BYTES_MAX * 0.9} value={state.keptBytes} aria-label={space} />
        <span>{space}</span>
        {state.files > 0 && (
          <span className={styles.quiet}>{t('offline.keptFiles', { count: state.files, kept: state.keptFiles })}</span>
        )}
        {state.leftOut > 0 && (
          <span className={styles.quiet}>{t('offline.leftOut', { count: state.leftOut, file, limit })}</span>
        )}
      </div>
      {state.marks.length === 0 ? (
        <p className={styles.quiet}>{t('offline.keptEmpty')}</p>
      ) : (
        <>
          <ul className={styles.rows} aria-label={t('offline.kept')}>
            {state.marks.map(({ node }) => (
              <li key={node.nodeId} className={styles.row}>
                <KindIcon node={node} />
                <div>
                  <strong>
                    <Name of={node.name} />
                  </strong>
                </div>
                <IconButton
                  icon="trash"
                  label={t('offline.free', { name: node.name })}
                  onPress={() => void kept.unmark(node.nodeId)}
                />
              </li>
            ))}
          </ul>
          <div>
            <Button onPress={() => void free()}>{t('offline.freeAll')}</Button>
          </div>
        </>
      )}
    </>
  );
}
