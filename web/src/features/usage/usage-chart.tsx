import { useTranslation } from '../../messages/translate.ts';
import { formatBytes } from '../files/format-bytes.ts';
import styles from './usage.module.css';

export interface UsagePart {
  readonly id: 'present' | 'trash' | 'history';
  readonly text: string;
  readonly bytes: number;
}

/** Parts of the space as one bar, with their sizes in words below, so that nothing is told by colour alone. */
export function UsageChart({ title, parts }: { readonly title: string; readonly parts: readonly UsagePart[] }) {
  const { language } = useTranslation();
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <figure className={styles.chart}>
      <h2 className={styles.chartTitle}>{title}</h2>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ id, bytes }) => (
          <span key={id} data-part={id} style={{ flexGrow: total === 0 ? 0 : bytes / total }} />
        ))}
      </div>
      <figcaption>
        <dl className={styles.legend}>
          {parts.map(({ id, text, bytes }) => (
            <div key={id}>
              <dt data-part={id}>{text}</dt>
              <dd>{formatBytes(bytes, language)}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
    </figure>
  );
}
