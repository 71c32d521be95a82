import { systemClock } from '@syncline/client';
import type { Device, Node } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../messages/translate.ts';
import { useApi } from '../../session/session-context.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { devicesQuery } from '../devices/use-device-names.ts';
import { formatInstant } from '../files/format-instant.ts';
import styles from './details.module.css';
import { deviceProgress } from './device-progress.ts';

/** Which of the account's own devices have the last change of an entry. Browsers keep no files, and those of other people are theirs. */
export function SyncedDevices({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const { data, dataUpdatedAt } = useQuery(devicesQuery(useApi()));
  if (data === undefined) return null;
  const syncing = data.filter(({ platform, revokedAt }) => platform !== 'web' && revokedAt === undefined);
  return (
    <section className={styles.synced} aria-labelledby="synced-devices">
      <h3 id="synced-devices">{t('details.syncedTitle')}</h3>
      {syncing.length === 0 ? (
        <p className={styles.quiet}>{t('details.syncedNone')}</p>
      ) : (
        <>
          <ul>
            {syncing.map((device) => (
              <DeviceState key={device.deviceId} device={device} node={node} nowMs={dataUpdatedAt} />
            ))}
          </ul>
          <p className={styles.quiet}>{t('details.syncedHint')}</p>
        </>
      )}
    </section>
  );
}

function DeviceState(props: { readonly device: Device; readonly node: Node; readonly nowMs: number }) {
  const { device, node, nowMs } = props;
  const { t, language } = useTranslation();
  const state = deviceProgress(device, node, nowMs);
  const when = formatInstant(device.lastSeenAt, systemClock.now(), language);
  return (
    <li data-state={state}>
      <Icon name={state === 'has' ? 'check' : 'clock'} />
      <span>
        <Name of={device.name} />
        <span className={styles.quiet}>{t('details.syncedSeen', { state: t(`details.synced_${state}`), when })}</span>
      </span>
    </li>
  );
}
