import type { ReactNode } from 'react';
import styles from './empty-state.module.css';
import { Icon } from './icons/icon.tsx';
import type { IconName } from './icons/icon-paths.ts';

/** What a view says when there is nothing to show: what belongs here, and how to begin. */
export function EmptyState(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string | undefined;
  /** It is all that the page says. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div className={styles.empty}>
      <span className={styles.mark}>
        <Icon name={props.icon} />
      </span>
      {props.isPage === true ? <h1>{props.title}</h1> : <h2>{props.title}</h2>}
      {props.text !== undefined && <p>{props.text}</p>}
      {props.children !== undefined && <div className={styles.actions}>{props.children}</div>}
    </div>
  );
}

/** Said, and drawn, while something is being read. */
export function Loading({ label }: { readonly label: string }) {
  return (
    <div className={styles.loading} role="status">
      <span className={styles.spinner} />
      <span>{label}</span>
    </div>
  );
}
