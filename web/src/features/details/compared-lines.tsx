import type { ReactNode } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { cx } from '../../ui/cx.ts';
import styles from './compare.module.css';
import { type ComparedLine, pairLines } from './compare-texts.ts';

interface Lines {
  readonly lines: readonly ComparedLine[];
}

/** One text after the other: what was taken out above what came instead. */
export function InlineLines({ lines }: Lines) {
  const { t } = useTranslation();
  return (
    <Sheet>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t('details.lineBefore')}</th>
          <th scope="col">{t('details.lineAfter')}</th>
          <th scope="col">{t('details.lineText')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) =>
          line.kind === 'gap' ? (
            <Gap key={`gap ${line.before}`} count={line.count} columns={3} />
          ) : (
            <tr key={keyOf(line)}>
              <td className={cx(styles.number, styles[line.kind])}>{'before' in line ? line.before : ''}</td>
              <td className={cx(styles.number, styles[line.kind])}>{'after' in line ? line.after : ''}</td>
              <TextCell line={line} />
            </tr>
          ),
        )}
      </tbody>
    </Sheet>
  );
}

/** Two columns, as two sheets of paper beside each other. */
export function PairedLines({ lines }: Lines) {
  const { t } = useTranslation();
  return (
    <Sheet isPaired>
      <colgroup>
        <col className={styles.number} />
        <col />
        <col className={styles.number} />
        <col />
      </colgroup>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t('details.lineBefore')}</th>
          <th scope="col">{t('details.compareBefore')}</th>
          <th scope="col">{t('details.lineAfter')}</th>
          <th scope="col">{t('details.compareAfter')}</th>
        </tr>
      </thead>
      <tbody>
        {pairLines(lines).map(({ key, before, after }) =>
          before?.kind === 'gap' ? (
            <Gap key={key} count={before.count} columns={4} />
          ) : (
            <tr key={key}>
              <td className={cx(styles.number, before?.kind === 'removed' && styles.removed)}>
                {before !== undefined && 'before' in before ? before.before : ''}
              </td>
              <TextCell line={before} />
              <td className={cx(styles.number, after?.kind === 'added' && styles.added)}>
                {after !== undefined && 'after' in after ? after.after : ''}
              </td>
              <TextCell line={after} />
            </tr>
          ),
        )}
      </tbody>
    </Sheet>
  );
}

function Sheet({ isPaired = false, children }: { readonly isPaired?: boolean; readonly children: ReactNode }) {
  const { t } = useTranslation();
  return (
    // A long text scrolls by itself, so it is a stop of the Tab key with a name.
    <div className={styles.sheet} role="region" aria-label={t('details.differences')} tabIndex={0}>
      <table className={cx(styles.table, isPaired && styles.paired)}>{children}</table>
    </div>
  );
}

/** A colour says nothing to who does not see it: a sign does, and a word for who listens. */
function TextCell({ line }: { readonly line: ComparedLine | undefined }) {
  const { t } = useTranslation();
  if (line === undefined || line.kind === 'gap') return <td className={styles.nothing} />;
  const { kind, text } = line;
  return (
    <td className={cx(styles.text, styles[kind])}>
      {kind !== 'same' && (
        <>
          <span className={styles.sign} data-sign={kind === 'added' ? '+' : '−'} aria-hidden="true" />
          <span className="visually-hidden">{t(kind === 'added' ? 'details.lineAdded' : 'details.lineRemoved')} </span>
        </>
      )}
      {text}
    </td>
  );
}

function Gap({ count, columns }: { readonly count: number; readonly columns: number }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td className={styles.gap} colSpan={columns}>
        {t('details.compareGap', { count })}
      </td>
    </tr>
  );
}

function keyOf(line: Exclude<ComparedLine, { readonly kind: 'gap' }>): string {
  return 'before' in line ? `before ${line.before}` : `after ${line.after}`;
}
