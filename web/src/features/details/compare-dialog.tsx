import type { Node, Revision } from '@syncline/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { readPartAt } from '../../content/read-part.ts';
import { useTranslation } from '../../messages/translate.ts';
import { readPreferences, writePreferences } from '../../session/preferences.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState, Loading } from '../../ui/empty-state.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { formatExactly } from '../files/format-instant.ts';
import styles from './compare.module.css';
import { compareTexts } from './compare-texts.ts';
import { InlineLines, PairedLines } from './compared-lines.tsx';
import { COMPARED_BYTES_MAX } from './limits.ts';
import { revisionNode } from './revision-node.ts';

export interface CompareDialogProps {
  readonly node: Node;
  /** Newest first. */
  readonly revisions: readonly Revision[];
  readonly first: { readonly before: number; readonly after: number };
  readonly onClose: () => void;
}

/** What is different between two revisions of a text. Either can be any of those that are known. */
export function CompareDialog({ node, revisions, first, onClose }: CompareDialogProps) {
  const { t, language } = useTranslation();
  const [chosen, setChosen] = useState(first);
  const [comparison, setComparison] = useState(() => readPreferences().comparison ?? fittingComparison());
  const options = revisions.map((revision) => ({ value: String(revision.rev), text: nameOf(revision) }));
  const find = (rev: number) => revisions.find((revision) => revision.rev === rev);
  const [before, after] = [find(chosen.before), find(chosen.after)];
  return (
    <Dialog title={t('details.compareTitle', { name: node.name })} closeLabel={t('app.close')} onClose={onClose} isFull>
      <div className={styles.choice}>
        <SelectField
          label={t('details.compareBefore')}
          value={String(chosen.before)}
          options={options}
          onChange={(rev) => setChosen({ ...chosen, before: Number(rev) })}
        />
        <SelectField
          label={t('details.compareAfter')}
          value={String(chosen.after)}
          options={options}
          onChange={(rev) => setChosen({ ...chosen, after: Number(rev) })}
        />
        <SelectField
          label={t('details.comparison')}
          value={comparison}
          options={[
            { value: 'paired', text: t('details.comparisonPaired') },
            { value: 'inline', text: t('details.comparisonInline') },
          ]}
          onChange={(next) => {
            setComparison(next);
            writePreferences({ comparison: next });
          }}
        />
      </div>
      {before !== undefined && after !== undefined && (
        <Comparison node={node} before={before} after={after} isPaired={comparison === 'paired'} />
      )}
    </Dialog>
  );

  function nameOf({ rev, committedAt, label }: Revision): string {
    const when = formatExactly(committedAt, language);
    const said = label === undefined ? when : `${label} – ${when}`;
    return rev === node.contentRev ? `${said} (${t('details.present')})` : said;
  }
}

function Comparison(props: {
  readonly node: Node;
  readonly before: Revision;
  readonly after: Revision;
  readonly isPaired: boolean;
}) {
  const { t } = useTranslation();
  const { node, before, after } = props;
  const query = useQuery({
    queryKey: ['comparison', node.namespaceId, node.nodeId, before.rev, after.rev],
    queryFn: () => compare(node, before, after),
    // Revisions never change.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.error !== null) return <Said icon="warning" title={t('details.compareFailed')} />;
  if (query.data === undefined) return <Loading label={t('app.loading')} />;
  switch (query.data.kind) {
    case 'too-large':
      return <Said icon="file" title={t('details.compareTooLarge')} />;
    case 'too-different':
      return <Said icon="file" title={t('details.compareTooDifferent')} />;
    case 'compared': {
      const { lines } = query.data;
      if (lines.length === 0) return <Said icon="check" title={t('details.compareSame')} />;
      const added = lines.filter(({ kind }) => kind === 'added').length;
      const removed = lines.filter(({ kind }) => kind === 'removed').length;
      return (
        <>
          <p className={styles.summary} role="status">
            {t('details.compareAdded', { count: added })} · {t('details.compareRemoved', { count: removed })}
          </p>
          {props.isPaired ? <PairedLines lines={lines} /> : <InlineLines lines={lines} />}
        </>
      );
    }
  }
}

function Said(props: { readonly icon: 'warning' | 'file' | 'check'; readonly title: string }) {
  return (
    <div className={styles.said} role="status">
      <EmptyState {...props} />
    </div>
  );
}

/** Two columns where there is room for them. */
function fittingComparison(): 'paired' | 'inline' {
  return matchMedia('(width < 48rem)').matches ? 'inline' : 'paired';
}

async function compare(node: Node, before: Revision, after: Revision) {
  if (Math.max(before.size, after.size) > COMPARED_BYTES_MAX) return { kind: 'too-large' } as const;
  const [old, young] = await Promise.all([readText(node, before), readText(node, after)]);
  const lines = compareTexts(old, young);
  return lines === undefined ? ({ kind: 'too-different' } as const) : ({ kind: 'compared', lines } as const);
}

async function readText(node: Node, revision: Revision): Promise<string> {
  const bytes = await readPartAt(contentPath(addressOf(revisionNode(node, revision), false)))(0, revision.size);
  return new TextDecoder().decode(bytes);
}
