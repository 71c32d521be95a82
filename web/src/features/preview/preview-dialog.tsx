import type { Node } from '@syncline/protocol';
import { useMemo, useState } from 'react';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { useTranslation } from '../../messages/translate.ts';
import { LOCAL_REV_MIN } from '../../offline/limits.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { isEditable } from '../editor/is-editable.ts';
import { useIsOnline, useOffline } from '../offline/use-offline.ts';
import { useSaving } from '../transfers/use-saving.ts';
import { PreviewBody } from './preview-body.tsx';
import { PreviewFrame } from './preview-frame.tsx';
import { type PreviewTexts, PreviewTextsContext } from './preview-texts.ts';

/** Shows a file, and those before and after it in its folder. */
export function PreviewDialog(props: {
  readonly first: Node;
  /** All that stands in the folder, in its order. */
  readonly entries: readonly Node[];
  readonly onEdit?: (node: Node) => void;
  readonly onClose: () => void;
}) {
  const { t, language } = useTranslation();
  const save = useSaving();
  const files = props.entries.filter(({ kind }) => kind === 'file');
  const [shownId, setShownId] = useState(props.first.nodeId);
  const index = files.findIndex(({ nodeId }) => nodeId === shownId);
  const shown = files[index] ?? props.first;
  const texts = useMemo((): PreviewTexts => ({ language, say: t }), [t, language]);
  const actions = (
    <>
      {props.onEdit !== undefined && isEditable(shown) && (
        <Button icon="edit" onPress={() => props.onEdit?.(shown)}>
          {t('offline.edit')}
        </Button>
      )}
      <Button icon="download" onPress={() => void save([shown])}>
        {t('preview.download')}
      </Button>
    </>
  );
  return (
    <PreviewTextsContext value={texts}>
      <PreviewFrame
        title={shownName(shown.name)}
        index={index}
        count={files.length}
        onGo={(next) => setShownId(files[next]?.nodeId ?? shownId)}
        onClose={props.onClose}
        actions={actions}
      >
        <KeptPreview key={`${shown.nodeId} ${shown.contentRev}`} node={shown} />
      </PreviewFrame>
    </PreviewTextsContext>
  );
}

/** The content where it can be read, without a network too where it is kept. */
function KeptPreview({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const isOnline = useIsOnline();
  const isHere = useOffline().kept.hasContent(node) || node.contentRev >= LOCAL_REV_MIN;
  if (!isOnline && !isHere) {
    return <EmptyState icon="offline" title={t('offline.notKeptTitle')} text={t('offline.notKeptText')} />;
  }
  const { name, size } = node;
  return <PreviewBody content={{ name, size, address: contentPath(addressOf(node, false)) }} />;
}
