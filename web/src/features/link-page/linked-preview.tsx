import type { LinkNode } from '@syncline/protocol';
import { useEffect, useState } from 'react';
import { contentPath } from '../../content/content-address.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { PreviewBody } from '../preview/preview-body.tsx';
import { PreviewFrame } from '../preview/preview-frame.tsx';
import { type PreviewTexts, PreviewTextsContext } from '../preview/preview-texts.ts';
import type { LinkVisit } from './create-link-visit.ts';
import { useLinkTexts } from './link-texts.ts';
import { readPreviewTexts } from './read-preview-texts.ts';
import { serveLinked } from './serve-linked.ts';
import { useLinkDownload } from './use-link-download.ts';

/** Shows a linked file as the app shows files, and those that stand before and after it. Loaded when somebody wants to see one. */
export function LinkedPreview(props: {
  readonly visit: LinkVisit;
  readonly first: LinkNode;
  readonly files: readonly LinkNode[];
  readonly onClose: () => void;
}) {
  const { visit, first, files, onClose } = props;
  const { language } = useLinkTexts();
  const [shownId, setShownId] = useState(first.nodeId);
  const [texts, setTexts] = useState<PreviewTexts>();
  const isServed = useServed(visit);
  useEffect(() => void readPreviewTexts(language).then(setTexts), [language]);
  if (texts === undefined) return null;
  const index = files.findIndex(({ nodeId }) => nodeId === shownId);
  const shown = files[index] ?? first;
  const { namespaceId } = visit;
  const { nodeId, name, size } = shown;
  const address = contentPath({ namespaceId, nodeId, rev: 1, name, isDownload: false });
  return (
    <PreviewTextsContext value={texts}>
      <PreviewFrame
        title={shownName(name)}
        index={index}
        count={files.length}
        onGo={(next) => setShownId(files[next]?.nodeId ?? shownId)}
        onClose={onClose}
        actions={<DownloadButton key={nodeId} node={shown} visit={visit} label={texts.say('preview.download')} />}
      >
        {isServed === undefined && <Loading label={texts.say('preview.loading')} />}
        {isServed === false && (
          <EmptyState icon="warning" title={texts.say('preview.failedTitle')} text={texts.say('preview.noWorker')} />
        )}
        {isServed === true && <PreviewBody key={nodeId} content={{ name, size, address }} />}
      </PreviewFrame>
    </PreviewTextsContext>
  );
}

function DownloadButton(props: { readonly node: LinkNode; readonly visit: LinkVisit; readonly label: string }) {
  const { start, isBusy } = useLinkDownload(props.visit, props.node);
  return (
    <Button icon="download" isDisabled={isBusy} onPress={start}>
      {props.label}
    </Button>
  );
}

/** Undefined until it is known. */
function useServed(visit: LinkVisit): boolean | undefined {
  const [isServed, setIsServed] = useState<boolean>();
  useEffect(() => void serveLinked(visit).then(setIsServed), [visit]);
  return isServed;
}
