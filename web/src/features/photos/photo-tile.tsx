import type { Node } from '@syncline/protocol';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { Name } from '../../ui/name.tsx';
import { shownName } from '../../ui/shown-name.ts';
import { KindIcon } from '../files/kind-icon.tsx';
import styles from './photos.module.css';
import type { Thumbnail, Thumbnails } from './thumbnails.ts';

/** One picture, drawn once it is near what is in sight. */
export function PhotoTile(props: {
  readonly photo: Node;
  readonly thumbnails: Thumbnails;
  readonly onOpen: () => void;
}) {
  const { photo, thumbnails, onOpen } = props;
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const thumbnail = useThumbnail(button, photo, thumbnails);
  const isDrawn = thumbnail !== undefined && thumbnail !== 'none';
  return (
    <button
      ref={button}
      type="button"
      className={styles.tile}
      title={shownName(photo.name)}
      aria-label={t('photos.open', { name: photo.name })}
      data-state={thumbnail === undefined ? 'waiting' : isDrawn ? 'drawn' : 'none'}
      onClick={onOpen}
    >
      {isDrawn && <Drawing thumbnail={thumbnail} />}
      {thumbnail === 'none' && (
        <span className={styles.none}>
          <KindIcon node={photo} />
          <Name of={photo.name} />
        </span>
      )}
    </button>
  );
}

function Drawing({ thumbnail }: { readonly thumbnail: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // Another page may have closed it meanwhile: then it has no width.
    if (thumbnail.width > 0) canvas.current?.getContext('2d')?.drawImage(thumbnail, 0, 0);
  }, [thumbnail]);
  return <canvas ref={canvas} width={thumbnail.width} height={thumbnail.height} aria-hidden="true" />;
}

/** Undefined until it was in sight and is made. */
function useThumbnail(
  place: { readonly current: HTMLElement | null },
  photo: Node,
  thumbnails: Thumbnails,
): Thumbnail | undefined {
  const [thumbnail, setThumbnail] = useState(() => thumbnails.kept(photo));
  useEffect(() => {
    const element = place.current;
    if (thumbnail !== undefined || element === null) return undefined;
    const wanted = new AbortController();
    let asked: AbortController | undefined;
    const show = async (signal: AbortSignal): Promise<void> => {
      const made = await thumbnails.make(photo, signal);
      if (made !== undefined && !wanted.signal.aborted) setThumbnail(made);
    };
    const observer = new IntersectionObserver(
      (entries) => {
        const isNear = entries.at(-1)?.isIntersecting === true;
        if (!isNear) {
          asked?.abort();
          asked = undefined;
        } else if (asked === undefined) {
          asked = new AbortController();
          void show(AbortSignal.any([wanted.signal, asked.signal]));
        }
      },
      { rootMargin: '200px' },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      wanted.abort();
    };
  }, [place, photo, thumbnails, thumbnail]);
  return thumbnail;
}
