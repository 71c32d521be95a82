import { formatExactly } from '../files/format-instant.ts';
import type { OpenedLink } from './create-link-visit.ts';
import styles from './link-page.module.css';
import { useLinkTexts } from './link-texts.ts';

/** How long, and how often, the link opens. */
export function LinkFacts(props: {
  readonly link: OpenedLink;
  /** Downloads since the link was opened. */
  readonly used: number;
}) {
  const { expiresAt, usesLeft } = props.link;
  const { say, locale } = useLinkTexts();
  return (
    <p className={styles.facts}>
      <span>{say('link.opensUntil', { when: formatExactly(expiresAt, locale) })}</span>
      {usesLeft !== undefined && (
        <>
          <span>{say('link.usesLeft', { count: Math.max(0, usesLeft - props.used) })}</span>
          <span>{say('link.previewsCount')}</span>
        </>
      )}
    </p>
  );
}
