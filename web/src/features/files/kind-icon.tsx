import type { Node } from '@syncline/protocol';
import { fileKind } from './file-kind.ts';
import styles from './kind-icon.module.css';

const MARKS = {
  image: 'M8 17l3-4 2 2.500L15 13l2 4z',
  video: 'M10.5 12v5l4-2.500z',
  audio: 'M10 17v-5l5-1v5',
  pdf: 'M9 12h6M9 14.500h6M9 17h3',
  document: 'M9 12h6M9 14.500h6M9 17h4',
  sheet: 'M9 12h6v5H9zM9 14.500h6M12 12v5',
  slides: 'M9 12h6v4H9zM12 16v1.5',
  code: 'M10.5 12.500L8.5 14.700l2 2.200M13.5 12.500l2 2.2-2 2.2',
  archive: 'M12 4v1.500M12 7v1.500M12 10v1.500M11 13.500h2v3h-2z',
  text: 'M9 12h6M9 14.500h6M9 17h6',
  file: '',
} as const;

/** A folder or a sheet of paper in the colour of what it is. The kind is said in words beside it. */
export function KindIcon({ node }: { readonly node: Pick<Node, 'kind' | 'name'> }) {
  const kind = fileKind(node);
  if (kind === 'folder' || kind === 'mount') {
    return (
      <svg className={styles.icon} viewBox="0 0 24 24" data-kind={kind} aria-hidden="true" focusable="false">
        <path
          className={styles.folder}
          d="M2.5 6.500a2 2 0 0 1 2-2H9l2.3 2.500h8.200a2 2 0 0 1 2 2v8.500a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2z"
        />
        {kind === 'mount' && (
          <path
            className={styles.people}
            d="M12 13.200a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.600zM8.5 17c0-2 1.5-3 3.5-3s3.5 1 3.5 3z"
          />
        )}
      </svg>
    );
  }
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" data-kind={kind} aria-hidden="true" focusable="false">
      <path
        className={styles.paper}
        d="M5 4a1.5 1.5 0 0 1 1.5-1.500H14l5 5V20a1.5 1.5 0 0 1-1.5 1.500h-11A1.5 1.5 0 0 1 5 20z"
      />
      <path className={styles.fold} d="M14 2.500v5h5z" />
      {MARKS[kind] !== '' && <path className={styles.mark} d={MARKS[kind]} />}
    </svg>
  );
}
