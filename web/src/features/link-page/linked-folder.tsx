import type { LinkNode } from '@syncline/protocol';
import { Suspense, useState } from 'react';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { Name } from '../../ui/name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { formatBytes } from '../files/format-bytes.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import type { LinkVisit, OpenedLink } from './create-link-visit.ts';
import { LinkFacts } from './link-facts.tsx';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';
import { canPreview, DownloadNotice, LinkedPreview } from './linked-file.tsx';
import { useFolderDownload, useLinkDownload } from './use-link-download.ts';
import { useLinkedEntries } from './use-linked-entries.ts';

/** A linked folder and those below it; each file by itself. */
export function LinkedFolder(props: {
  readonly link: OpenedLink;
  readonly folder: LinkNode;
  readonly visit: LinkVisit;
}) {
  const { link, folder, visit } = props;
  const { say } = useLinkTexts();
  const [trail, setTrail] = useState<readonly LinkNode[]>([folder]);
  const place = trail.at(-1) ?? folder;
  return (
    <>
      <div className={styles.head}>
        <div>
          <p className={styles.quiet}>{say('link.sharedWithYou')}</p>
          <h1 className={styles.name}>
            <Name of={place.name} />
          </h1>
        </div>
        <LinkFacts link={link} used={0} />
      </div>
      <FolderDownload
        key={`download ${place.nodeId}`}
        link={link}
        place={place}
        isRoot={trail.length === 1}
        visit={visit}
      />
      {trail.length > 1 && (
        <nav aria-label={say('link.path')}>
          <ol className={styles.trail}>
            {trail.map((step, index) => (
              <li key={step.nodeId}>
                <button
                  type="button"
                  aria-current={step === place ? 'page' : undefined}
                  onClick={() => setTrail(trail.slice(0, index + 1))}
                >
                  <Name of={step.name} />
                </button>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <Entries
        key={`entries ${place.nodeId}`}
        place={place}
        isRoot={trail.length === 1}
        visit={visit}
        onOpen={(node) => setTrail([...trail, node])}
      />
    </>
  );
}

function FolderDownload(props: {
  readonly link: OpenedLink;
  readonly place: LinkNode;
  readonly isRoot: boolean;
  readonly visit: LinkVisit;
}) {
  const { say } = useLinkTexts();
  const download = useFolderDownload(props.visit, props.link, { node: props.place, isRoot: props.isRoot });
  return (
    <div className={styles.folderDownload}>
      <Button kind="primary" icon="download" isDisabled={download.isBusy} onPress={download.start}>
        {say('link.zip')}
      </Button>
      <DownloadNotice download={download} />
    </div>
  );
}

function Entries(props: {
  readonly place: LinkNode;
  readonly isRoot: boolean;
  readonly visit: LinkVisit;
  readonly onOpen: (node: LinkNode) => void;
}) {
  const { say } = useLinkTexts();
  const { nodes, state, more } = useLinkedEntries(props.visit, props.isRoot ? undefined : props.place.nodeId);
  const [shown, setShown] = useState<LinkNode>();
  if (state === 'failed') return <Notice kind="problem">{say('link.failedText')}</Notice>;
  if (state === 'reading' && nodes.length === 0) return <Loading label={say('link.loading')} />;
  if (nodes.length === 0) return <EmptyState icon="folder" title={say('link.empty')} text={say('link.emptyText')} />;
  return (
    <>
      <ul className={styles.entries} aria-label={say('link.listOf', { name: props.place.name })}>
        {nodes.map((node) =>
          node.kind === 'file' ? (
            <FileRow key={node.nodeId} node={node} visit={props.visit} onShow={setShown} />
          ) : (
            <FolderRow key={node.nodeId} node={node} onOpen={props.onOpen} />
          ),
        )}
      </ul>
      {more !== undefined && (
        <Button isDisabled={state === 'reading'} onPress={more}>
          {say('link.more')}
        </Button>
      )}
      <Suspense fallback={null}>
        {shown !== undefined && (
          <LinkedPreview
            visit={props.visit}
            first={shown}
            files={nodes.filter(canPreview)}
            onClose={() => setShown(undefined)}
          />
        )}
      </Suspense>
    </>
  );
}

function FolderRow({ node, onOpen }: { readonly node: LinkNode; readonly onOpen: (node: LinkNode) => void }) {
  const { say } = useLinkTexts();
  return (
    <li className={styles.entry}>
      <KindIcon node={node} />
      <button type="button" className={styles.entryName} onClick={() => onOpen(node)}>
        <Name of={node.name} />
      </button>
      <span className={styles.quiet}>{say('link.folder')}</span>
    </li>
  );
}

function FileRow(props: {
  readonly node: LinkNode;
  readonly visit: LinkVisit;
  readonly onShow: (node: LinkNode) => void;
}) {
  const { node, visit, onShow } = props;
  const { say, locale } = useLinkTexts();
  const download = useLinkDownload(visit, node);
  return (
    <li className={styles.entry}>
      <KindIcon node={node} />
      {canPreview(node) ? (
        <button type="button" className={styles.entryName} onClick={() => onShow(node)}>
          <Name of={node.name} />
        </button>
      ) : (
        <span className={styles.entryName}>
          <Name of={node.name} />
        </span>
      )}
      <span className={styles.quiet}>{formatBytes(node.size, locale)}</span>
      <IconButton
        icon="download"
        label={say('link.downloadName', { name: node.name })}
        isDisabled={download.isBusy}
        onPress={download.start}
      />
      <div className={styles.entryNotice}>
        <DownloadNotice download={download} />
      </div>
    </li>
  );
}
