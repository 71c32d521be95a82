import { systemClock } from '@syncline/client';
import { DEVICE_NAME_CHARS_MAX, type Device } from '@syncline/protocol';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { Loading } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, PageSection } from '../../ui/page.tsx';
import rows from '../../ui/rows.module.css';
import { TextField } from '../../ui/text-field.tsx';
import { answerValue } from '../files/answer-value.ts';
import { failureMessage } from '../files/failure-message.ts';
import { readAnew } from '../files/follow-live.ts';
import { formatInstant } from '../files/format-instant.ts';
import { queryKeys } from '../files/query-keys.ts';
import { useAttempt } from '../files/use-attempt.ts';
import { devicesQuery } from './use-device-names.ts';

/** The devices of the account: how far each is behind, what it is called, and its end. */
export function DevicesPage() {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const { data, error } = useQuery({ ...devicesQuery(api), staleTime: 0 });
  const [dialog, setDialog] = useState<{ readonly kind: 'rename' | 'unlink'; readonly device: Device }>();
  if (error !== null) return <Notice kind="problem">{failureMessage(t, error)}</Notice>;
  const devices = (data ?? []).toSorted((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1));
  const linked = devices.filter(({ revokedAt }) => revokedAt === undefined);
  const unlinked = devices.filter(({ revokedAt }) => revokedAt !== undefined);
  return (
    <Page title={t('devices.title')}>
      {data === undefined && <Loading label={t('app.loading')} />}
      <ul className={rows.rows}>
        {linked.map((device) => (
          <DeviceRow key={device.deviceId} device={device} onAct={(kind) => setDialog({ kind, device })} />
        ))}
      </ul>
      {unlinked.length > 0 && (
        <PageSection title={t('devices.unlinkedTitle')}>
          <ul className={rows.rows}>
            {unlinked.map((device) => (
              <UnlinkedRow key={device.deviceId} device={device} />
            ))}
          </ul>
        </PageSection>
      )}
      {dialog?.kind === 'rename' && <RenameDialog device={dialog.device} onClose={() => setDialog(undefined)} />}
      {dialog?.kind === 'unlink' && <UnlinkDialog device={dialog.device} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function DeviceRow({
  device,
  onAct,
}: {
  readonly device: Device;
  readonly onAct: (kind: 'rename' | 'unlink') => void;
}) {
  const { t, language } = useTranslation();
  const own = useSignedIn().deviceId === device.deviceId;
  const { name, platform, lag, lastSeenAt } = device;
  const seen = t('devices.seen', { when: formatInstant(lastSeenAt, systemClock.now(), language) });
  const behind =
    lag === undefined
      ? undefined
      : lag.entries === 0
        ? t('devices.upToDate')
        : t('devices.behind', { count: lag.entries, minutes: Math.ceil(lag.seconds / 60) });
  return (
    <li className={rows.row}>
      <Icon
        name={platform === 'android' || platform === 'ios' ? 'phone' : platform === 'web' ? 'globe' : 'desktop'}
        className={rows.icon}
      />
      <span className={rows.main}>
        <span className={rows.title}>
          <Name of={name} />
        </span>
        <span className={rows.quiet}>{[seen, behind].filter((text) => text !== undefined).join(' · ')}</span>
      </span>
      {own && <span className={rows.badge}>{t('devices.this')}</span>}
      <span className={rows.actions}>
        <Button kind="quiet" aria-label={t('devices.renameOf', { name })} onPress={() => onAct('rename')}>
          {t('devices.rename')}
        </Button>
        {!own && (
          <Button kind="quiet" aria-label={t('devices.unlinkOf', { name })} onPress={() => onAct('unlink')}>
            {t('devices.unlink')}
          </Button>
        )}
      </span>
    </li>
  );
}

function UnlinkedRow({ device }: { readonly device: Device }) {
  const { t } = useTranslation();
  const { name, wipe } = device;
  return (
    <li className={rows.row}>
      <Icon name="desktop" className={rows.icon} />
      <span className={rows.main}>
        <span className={rows.title}>
          <Name of={name} />
        </span>
        <span className={rows.quiet}>
          {wipe === undefined
            ? t('devices.unlinked')
            : wipe.state === 'asked'
              ? t('devices.wipeAsked')
              : t('devices.wipeDone', { count: wipe.removedFiles ?? 0, kept: wipe.keptFiles ?? 0 })}
        </span>
      </span>
    </li>
  );
}

function RenameDialog({ device, onClose }: { readonly device: Device; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const act = useDeviceAct(onClose);
  const [name, setName] = useState(device.name);
  const { deviceId } = device;
  return (
    <Dialog title={t('devices.renameOf', { name: device.name })} closeLabel={t('app.close')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act(async () => answerValue(await api.renameDevice({ parameters: { deviceId }, body: { name } })));
        }}
      >
        <TextField
          label={t('devices.name')}
          required
          maxLength={DEVICE_NAME_CHARS_MAX}
          pattern="[^\/]*"
          autoFocus
          value={name}
          onChange={setName}
        />
        <DialogButtons>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit">
            {t('app.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function UnlinkDialog({ device, onClose }: { readonly device: Device; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useSignedIn();
  const act = useDeviceAct(onClose);
  const [wipes, setWipes] = useState(false);
  const { deviceId, name } = device;
  return (
    <Dialog title={t('devices.unlinkTitle', { name })} closeLabel={t('app.close')} onClose={onClose}>
      <p>{t('devices.unlinkText')}</p>
      <label>
        <input type="checkbox" checked={wipes} onChange={(event) => setWipes(event.target.checked)} />{' '}
        {t('devices.wipe')}
      </label>
      <DialogButtons>
        <Button onPress={onClose}>{t('app.cancel')}</Button>
        <Button
          kind="danger"
          onPress={() =>
            act(async () =>
              answerValue(await api.unlinkDevice({ parameters: { deviceId }, query: wipes ? { wipe: 'true' } : {} })),
            )
          }
        >
          {t('devices.unlink')}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function useDeviceAct(onClose: () => void): (task: () => Promise<unknown>) => void {
  const attempt = useAttempt();
  const queryClient = useQueryClient();
  return (task) => {
    onClose();
    void attempt(task).then(() => readAnew(queryClient, queryKeys.devices));
  };
}
