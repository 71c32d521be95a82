import styles from './logo.module.css';

/** The name of the product with its sign. */
export function Logo() {
  return (
    <div className={styles.logo}>
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M9 12.5a7.5 7.5 0 0 1 13.5-1.5M23 19.5A7.5 7.5 0 0 1 9.5 21"
          fill="none"
          stroke="var(--accent-text)"
          strokeWidth="2.6"
          strokeLinecap="round"
        />
        <path
          d="M23.5 6.5v5h-5M8.5 25.5v-5h5"
          fill="none"
          stroke="var(--accent-text)"
          strokeWidth="2.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      Syncline
    </div>
  );
}
