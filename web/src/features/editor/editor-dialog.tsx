import type { Node } from '@syncline/protocol';
import { useEffect, useMemo, useState } from 'react';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useToast } from '../../ui/toasts.tsx';
import styles from '../offline/offline.module.css';
import { createQueuedActions } from '../offline/queued-actions.ts';
import { useOffline } from '../offline/use-offline.ts';
import { type EditableText, readText, writeText } from './text-form.ts';

/** A small editor for a text. It saves the next revision on the one that was read; whoever changed the file meanwhile is not overwritten. */
export function EditorDialog({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const { t } = useTranslation();
  // The file may change while it is edited: what was read is what is saved on.
  const [shown] = useState(node);
  const read = useText(shown);
  const [written, setWritten] = useState<string>();
  const [isLeaving, setIsLeaving] = useState(false);
  const isChanged = typeof read === 'object' && written !== undefined && written !== read.text;
  useWarningBeforeUnload(isChanged);
  const save = useSave(shown, onClose);
  const title = t('offline.editTitle', { name: shown.name });
  const leave = (): void => (isChanged ? setIsLeaving(true) : onClose());
  return (
    <Dialog title={title} closeLabel={t('app.close')} onClose={leave} isWide>
      {read === undefined && <Loading label={t('app.loading')} />}
      {read === 'failed' && (
        <EmptyState icon="warning" title={t('preview.failedTitle')} text={t('preview.failedText')} />
      )}
      {read === 'no-text' && <Notice kind="info">{t('offline.editNotText')}</Notice>}
      {typeof read === 'object' && (
        <div className={styles.editor}>
          <textarea
            className={styles.text}
            aria-label={t('offline.editContent', { name: shown.name })}
            value={written ?? read.text}
            spellCheck={false}
            autoFocus
            onChange={({ target }) => setWritten(target.value)}
          />
          {isLeaving && <Notice kind="problem">{t('offline.editLost')}</Notice>}
          <DialogButtons>
            {isLeaving && (
              <Button kind="danger" onPress={onClose}>
                {t('offline.editClose')}
              </Button>
            )}
            <Button onPress={isLeaving ? () => setIsLeaving(false) : leave}>
              {t(isLeaving ? 'offline.editStay' : 'app.cancel')}
            </Button>
            <Button
              kind="primary"
              isDisabled={!isChanged}
              onPress={() => void save({ text: written ?? read.text, form: read.form })}
            >
              {t('app.save')}
            </Button>
          </DialogButtons>
        </div>
      )}
    </Dialog>
  );
}

function useText(node: Node): EditableText | 'failed' | 'no-text' | undefined {
  const [read, setRead] = useState<EditableText | 'failed' | 'no-text'>();
  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<EditableText | 'no-text'> => {
      if (node.size === 0) return { text: '', form: { hasByteOrderMark: false, lineEnd: '\n' } };
      const response = await fetch(contentPath(addressOf(node, false)));
      if (!response.ok) throw new Error(`a content was answered with ${response.status}`);
      return readText(new Uint8Array(await response.arrayBuffer())) ?? 'no-text';
    };
    load().then(
      (text) => isWanted && setRead(text),
      () => isWanted && setRead('failed'),
    );
    return () => {
      isWanted = false;
    };
  }, [node]);
  return read;
}

function useSave(shown: Node, onSaved: () => void): (text: EditableText) => Promise<void> {
  const { t } = useTranslation();
  const offline = useOffline();
  const toast = useToast();
  const actions = useMemo(() => createQueuedActions({ offline, toast, t }), [offline, toast, t]);
  return async (text) => {
    const content = new Blob([writeText(text) as Uint8Array<ArrayBuffer>]);
    // What could not be written down stays in the field.
    if (await actions.edit(shown, content)) onSaved();
  };
}

/** The browser asks before the page goes with what was not saved. */
function useWarningBeforeUnload(isWanted: boolean): void {
  useEffect(() => {
    if (!isWanted) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isWanted]);
}
