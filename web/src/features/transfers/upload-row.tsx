import { useRef } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { isHopeless, isOver, isUnderWay, type UploadItem } from '../../transfers/transfer-state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { formatBytes } from '../files/format-bytes.ts';
import styles from './transfer-panel.module.css';
import { useUploads } from './uploads-context.ts';

/** One file on its way: how far it is, and what a person can do about it. */
export function UploadRow({ item }: { readonly item: UploadItem }) {
  const { t } = useTranslation();
  const uploads = useUploads();
  const { id, name, status, folders } = item;
  const progress = status === 'reading' ? item.readBytes : item.sentBytes;
  return (
    <li className={styles.row} data-status={status}>
      <Icon name={iconOf(item)} className={styles.state} />
      <div className={styles.file}>
        <span className={styles.name} title={shownName([...folders, name].join('/'))}>
          <Name of={name} />
        </span>
        <span className={styles.detail}>
          <Detail item={item} />
        </span>
        {isUnderWay(status) && (
          <progress className={styles.bar} max={Math.max(1, item.size)} value={progress} aria-label={shownName(name)} />
        )}
      </div>
      {status === 'needs-file' && <GiveFile item={item} />}
      {status === 'failed' && !isHopeless(item) && (
        <Button kind="quiet" onPress={() => uploads.retry([id])}>
          {t('app.retry')}
        </Button>
      )}
      {(isUnderWay(status) || status === 'waiting') && (
        <IconButton icon="clock" label={t('transfers.pause', { name })} onPress={() => uploads.pause([id])} />
      )}
      {status === 'paused' && (
        <IconButton icon="upload" label={t('transfers.resume', { name })} onPress={() => uploads.resume([id])} />
      )}
      {status !== 'done' && status !== 'skipped' && (
        <IconButton icon="close" label={t('transfers.cancel', { name })} onPress={() => uploads.cancel([id])} />
      )}
    </li>
  );
}

function iconOf({ status, isFolder }: UploadItem) {
  if (status === 'done') return 'check';
  if (status === 'failed' || status === 'asking' || status === 'needs-file') return 'warning';
  if (isFolder === true) return 'folder';
  return isOver(status) ? 'close' : 'file';
}

function Detail({ item }: { readonly item: UploadItem }) {
  const { t, language } = useTranslation();
  const size = formatBytes(item.size, language);
  if (item.failure !== undefined) return t(`transfers.why-${item.failure}`, { detail: item.detail ?? '' });
  if (item.isStalled) return t('transfers.stalled');
  if (item.status === 'sending') {
    return t('transfers.sizes', { sent: formatBytes(item.sentBytes, language), total: size });
  }
  return t(`transfers.is-${item.status}`, { size });
}

/** After a reload the browser has lost the file, or asks before it gives it again. */
function GiveFile({ item: { id } }: { readonly item: UploadItem }) {
  const { t } = useTranslation();
  const uploads = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const open = async (): Promise<void> => {
    const isThere = await uploads.reopen(id);
    if (!isThere) input.current?.click();
  };
  return (
    <>
      <Button kind="quiet" onPress={() => void open()}>
        {t('transfers.chooseAgain')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('transfers.chooseAgain')}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) uploads.giveFile(id, file);
          // The same file can be chosen once more.
          input.current?.form?.reset();
        }}
      />
    </>
  );
}
