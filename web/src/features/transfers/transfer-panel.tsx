import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { isOver, type UploadsState } from '../../transfers/transfer-state.ts';
import { IconButton } from '../../ui/button.tsx';
import { takeEdge } from '../../ui/take-edge.ts';
import { formatBytes } from '../files/format-bytes.ts';
import { formatDuration } from './format-duration.ts';
import { PANEL_ROWS_MAX } from './limits.ts';
import { NameQuestionDialog } from './name-question-dialog.tsx';
import { titleOf } from './title-of.ts';
import styles from './transfer-panel.module.css';
import { UploadRow } from './upload-row.tsx';
import { useUploads, useUploadsState } from './uploads-context.ts';

/** What is on its way. */
export function TransferPanel() {
  const { t } = useTranslation();
  const uploads = useUploads();
  const state = useUploadsState();
  const [isFolded, setIsFolded] = useState(false);
  const { items, totals, question } = state;
  const isDone = items.every(({ status }) => isOver(status));
  return (
    <section ref={takeEdge} className={styles.panel} aria-label={t('transfers.title')}>
      <header className={styles.head}>
        <div className={styles.summary} role="status">
          <strong>{titleOf(state, t)}</strong>
          <Pace state={state} />
        </div>
        {!isDone && (
          <IconButton
            icon={totals.isPaused ? 'upload' : 'clock'}
            label={t(totals.isPaused ? 'transfers.resumeAll' : 'transfers.pauseAll')}
            onPress={() => (totals.isPaused ? uploads.resume() : uploads.pause())}
          />
        )}
        <IconButton
          icon={isFolded ? 'arrow-up' : 'chevron-down'}
          label={t(isFolded ? 'transfers.unfold' : 'transfers.fold')}
          aria-expanded={!isFolded}
          onPress={() => setIsFolded(!isFolded)}
        />
        <IconButton
          icon="close"
          label={t(isDone ? 'transfers.clear' : 'transfers.cancelAll')}
          onPress={() => (isDone ? uploads.clear() : uploads.cancel())}
        />
      </header>
      <progress className={styles.total} max={Math.max(1, totals.bytes)} value={totals.sentBytes} aria-hidden="true" />
      {!isFolded && <Rows state={state} />}
      {question !== undefined && <NameQuestionDialog key={question.id} question={question} />}
    </section>
  );
}

/** How far, how fast, how long still. */
function Pace({ state: { totals, items } }: { readonly state: UploadsState }) {
  const { t, language } = useTranslation();
  const { isPaused, isOffline, bytesPerSecond, secondsLeft, sentBytes, bytes } = totals;
  if (items.every(({ status }) => isOver(status))) return null;
  if (isPaused) return <span>{t('transfers.paused')}</span>;
  if (isOffline) return <span>{t('transfers.offline')}</span>;
  const size = (count: number): string => formatBytes(count, language);
  const parts = [t('transfers.sizes', { sent: size(sentBytes), total: size(bytes) })];
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) {
    parts.push(t('transfers.speed', { speed: size(bytesPerSecond) }));
  }
  if (secondsLeft !== undefined) {
    parts.push(t('transfers.left', { time: formatDuration(secondsLeft, language) }));
  }
  return <span>{parts.join(' · ')}</span>;
}

/** What needs a person first, then what is under way, then the rest. Of thousands only the first are shown. */
function Rows({ state: { items } }: { readonly state: UploadsState }) {
  const { t } = useTranslation();
  const shown = items.toSorted((a, b) => rankOf(a.status) - rankOf(b.status)).slice(0, PANEL_ROWS_MAX);
  return (
    <ul className={styles.rows}>
      {shown.map((item) => (
        <UploadRow key={item.id} item={item} />
      ))}
      {items.length > shown.length && (
        <li className={styles.more}>{t('transfers.more', { count: items.length - shown.length })}</li>
      )}
    </ul>
  );
}

const RANKS = [
  'asking',
  'needs-file',
  'failed',
  'saving',
  'sending',
  'reading',
  'paused',
  'waiting',
  'skipped',
  'done',
];

function rankOf(status: UploadsState['items'][number]['status']): number {
  return RANKS.indexOf(status);
}
