import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Icon } from './icons/icon.tsx';
import styles from './notice.module.css';

/** A sentence about what went wrong, or well, beside what it is about. Problems are read aloud at once. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: 'problem' | 'success' | 'info';
  readonly children: ReactNode;
}) {
  return (
    <div className={cx(styles.notice, styles[kind])} role={kind === 'problem' ? 'alert' : 'status'}>
      <Icon name={kind === 'problem' ? 'warning' : kind === 'success' ? 'check' : 'info'} />
      <div>{children}</div>
    </div>
  );
}
