import type { Node } from '@syncline/protocol';
import { useState } from 'react';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { contentTypeOf } from '../../content/content-type.ts';
import styles from './entry-list.module.css';
import { KindIcon } from './kind-icon.tsx';
import { TILE_PICTURE_BYTES_MAX } from './limits.ts';

/** What a tile shows of its entry: the picture itself where it is one, and what kind of thing it is otherwise. */
export function TilePicture({ node }: { readonly node: Node }) {
  const [hasFailed, setHasFailed] = useState(false);
  if (hasFailed || !canShow(node)) return <KindIcon node={node} />;
  const address = contentPath(addressOf(node, false));
  return (
    <img
      className={styles.thumbnail}
      src={address}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setHasFailed(true)}
    />
  );
}

/** Contents come through the service worker, which a page has from its second visit on, or a moment after the first. */
function canShow({ kind, name, size }: Node): boolean {
  if (kind !== 'file' || size === 0 || size > TILE_PICTURE_BYTES_MAX || !contentTypeOf(name).startsWith('image/'))
    return false;
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  return serviceWorker?.controller !== null && serviceWorker !== undefined;
}
