import { useState, useSyncExternalStore } from 'react';
import { applyUpdate, appUpdate } from '../../content/app-update.ts';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import styles from './offline.module.css';

/** Tells of a newer version of the app. It is used when a person says so, or when the app is opened the next time. */
export function UpdateNotice() {
  const { t } = useTranslation();
  const isReady = useSyncExternalStore(appUpdate.subscribe, appUpdate.get);
  const [hasOthers, setHasOthers] = useState(false);
  return (
    <div role="status" className={styles.update}>
      {isReady && (
        <>
          <span>{t(hasOthers ? 'offline.updateOthers' : 'offline.updateReady')}</span>
          <Button onPress={() => void applyUpdate().then((isApplied) => setHasOthers(!isApplied))}>
            {t('offline.updateApply')}
          </Button>
        </>
      )}
    </div>
  );
}
