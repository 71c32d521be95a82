import type { ReactNode } from 'react';
import styles from './page.module.css';

/** A page with its title, and what can be done on it, beside the title. */
export function Page(props: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.aside}
      </header>
      {props.children}
    </div>
  );
}

/** A part of a page that has a title of its own. */
export function PageSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
