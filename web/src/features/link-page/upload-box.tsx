import { useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icons/icon.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { formatBytes } from '../files/format-bytes.ts';
import type { LinkVisit } from './create-link-visit.ts';
import { DROPPED_FILES_MAX } from './limits.ts';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';
import { type SentFile, useSentFiles } from './use-sent-files.ts';

/** Where a visitor leaves files for whoever made the link. It shows nothing of what is there already. */
export function UploadBox({ visit }: { readonly visit: LinkVisit }) {
  const { say } = useLinkTexts();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const { files, leftOut, send, again } = useSentFiles(visit);
  return (
    <div className={styles.form}>
      <h1>{say('link.uploadTitle')}</h1>
      <div
        className={cx(styles.drop, isOver && styles.over)}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          send([...event.dataTransfer.files]);
        }}
      >
        <Icon name="upload" />
        <p>{say('link.uploadText')}</p>
        <Button kind="primary" onPress={() => input.current?.click()}>
          {say('link.choose')}
        </Button>
        <input
          ref={input}
          className="visually-hidden"
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            send([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {leftOut > 0 && <Notice kind="problem">{say('link.leftOut', { count: leftOut, max: DROPPED_FILES_MAX })}</Notice>}
      <SentTotal files={files} />
      {files.length > 0 && (
        <ul className={styles.entries} aria-label={say('link.files')}>
          {files.map((file) => (
            <SentRow key={file.id} sent={file} onAgain={() => again(file)} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** How far all of it is, where there is more than one file. */
function SentTotal({ files }: { readonly files: readonly SentFile[] }) {
  const { say, locale } = useLinkTexts();
  if (files.length < 2) return null;
  const count = files.filter(({ state }) => state.kind === 'sent').length;
  const all = files.reduce((sum, sent) => sum + weight(sent), 0);
  const done = files.reduce((sum, sent) => sum + weight(sent) * shareOf(sent), 0);
  const percent = new Intl.NumberFormat(locale, { style: 'percent' }).format(done / all);
  const text = say('link.sentTotal', { count: String(count), files: String(files.length), percent });
  return (
    <div className={styles.total} role="status">
      <progress aria-label={text} max={1} value={done / all} />
      <span>{text}</span>
    </div>
  );
}

/** An empty file counts as something, or nothing but empty files would have no share. */
function weight({ file }: SentFile): number {
  return file.size + 1;
}

function shareOf({ state }: SentFile): number {
  if (state.kind === 'sent') return 1;
  return state.kind === 'sending' ? state.share : 0;
}

function SentRow({ sent, onAgain }: { readonly sent: SentFile; readonly onAgain: () => void }) {
  const { say, locale } = useLinkTexts();
  const { file, state } = sent;
  const percent = new Intl.NumberFormat(locale, { style: 'percent' }).format(
    state.kind === 'sending' ? state.share : 0,
  );
  const texts = {
    waiting: () => say('link.waiting'),
    sending: () => say('link.sending', { percent }),
    sent: () => say('link.sent'),
    failed: () => (state.kind === 'failed' ? state.text : ''),
  };
  return (
    <li className={styles.entry}>
      <Icon name={state.kind === 'sent' ? 'check' : state.kind === 'failed' ? 'warning' : 'file'} />
      <span className={styles.entryName}>
        <Name of={file.name} />
      </span>
      <span className={styles.quiet}>{formatBytes(file.size, locale)}</span>
      <span className={styles.entryNotice} role="status">
        {state.kind === 'sending' && <progress aria-label={texts.sending()} max={1} value={state.share} />}
        <span>{texts[state.kind]()}</span>
        {state.kind === 'failed' && state.isFinal !== true && <Button onPress={onAgain}>{say('link.tryAgain')}</Button>}
      </span>
    </li>
  );
}
