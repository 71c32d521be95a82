import type { Node } from '@syncline/protocol';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { readPartAt } from '../../content/read-part.ts';
import {
  PHOTO_HEAD_BYTES,
  THUMBNAIL_PIXELS,
  THUMBNAIL_SOURCE_BYTES_MAX,
  THUMBNAILS_AT_ONCE,
  THUMBNAILS_KEPT_MAX,
} from './limits.ts';

export type Thumbnail = ImageBitmap | 'none';

/** Hears what else is in pictures that are read. */
export interface ThumbnailReader {
  /** The first bytes of a picture, at most PHOTO_HEAD_BYTES. */
  readonly onHead: (node: Node, head: Uint8Array) => void;
  /** All that was asked for is there. */
  readonly onIdle: () => void;
}

interface Waiting {
  readonly node: Node;
  readonly signal: AbortSignal;
  readonly resolve: (thumbnail: Thumbnail | undefined) => void;
}

/**
 * Makes small pictures of large ones, THUMBNAILS_AT_ONCE at a time, those that were asked for last first: they are what is in sight. A picture that is not wanted any
 * more is not begun. Bounded by THUMBNAILS_KEPT_MAX: what was looked at longest ago goes.
 */
export class Thumbnails {
  readonly #reader: ThumbnailReader;
  readonly #kept = new Map<string, Thumbnail>();
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(reader: ThumbnailReader) {
    this.#reader = reader;
  }

  /** One that is there already. */
  kept(node: Node): Thumbnail | undefined {
    const key = keyOf(node);
    const found = this.#kept.get(key);
    if (found !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found;
  }

  /** `none` for what is too large, or is no picture that this browser reads; undefined once it is not wanted any more. */
  make(node: Node, signal: AbortSignal): Promise<Thumbnail | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ node, signal, resolve });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running >= THUMBNAILS_AT_ONCE) return;
    this.#running += 1;
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      if (next.signal.aborted) next.resolve(undefined);
      else {
        const thumbnail = this.kept(next.node) ?? (await this.#read(next.node));
        this.#keep(next.node, thumbnail);
        next.resolve(thumbnail);
      }
    }
    this.#running -= 1;
    if (this.#running === 0) this.#reader.onIdle();
  }

  async #read(node: Node): Promise<Thumbnail> {
    const address = contentPath(addressOf(node, false));
    try {
      if (node.size > THUMBNAIL_SOURCE_BYTES_MAX) {
        this.#reader.onHead(node, await readPartAt(address)(0, Math.min(node.size, PHOTO_HEAD_BYTES)));
        return 'none';
      }
      const response = await fetch(address);
      if (!response.ok) return 'none';
      const picture = await response.blob();
      this.#reader.onHead(node, new Uint8Array(await picture.slice(0, PHOTO_HEAD_BYTES).arrayBuffer()));
      return await makeSmall(picture);
    } catch {
      // No picture that this browser reads, or it cannot be read at the moment: the page shows what it is called.
      return 'none';
    }
  }

  #keep(node: Node, thumbnail: Thumbnail): void {
    this.#kept.set(keyOf(node), thumbnail);
    for (const old of [...this.#kept.keys()].slice(0, -THUMBNAILS_KEPT_MAX)) {
      const gone = this.#kept.get(old);
      this.#kept.delete(old);
      if (gone !== 'none') gone?.close();
    }
  }
}

async function makeSmall(picture: Blob): Promise<Thumbnail> {
  const whole = await createImageBitmap(picture);
  const scale = Math.min(1, THUMBNAIL_PIXELS / Math.max(whole.width, whole.height));
  if (scale === 1) return whole;
  const small = await createImageBitmap(whole, {
    resizeWidth: Math.max(1, Math.round(whole.width * scale)),
    resizeHeight: Math.max(1, Math.round(whole.height * scale)),
    resizeQuality: 'medium',
  });
  whole.close();
  return small;
}

function keyOf({ namespaceId, nodeId, contentRev }: Node): string {
  return `${namespaceId}/${nodeId}/${contentRev}`;
}
