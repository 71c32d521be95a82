import type { Node } from '@syncline/protocol';
import { addressOf, contentPath } from '../../content/content-address.ts';
import { THUMBNAIL_PIXELS, THUMBNAIL_SOURCE_BYTES_MAX, THUMBNAILS_AT_ONCE, THUMBNAILS_KEPT_MAX } from './limits.ts';

export type Thumbnail = ImageBitmap | 'none';

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
  readonly #kept = new Map<string, Thumbnail>();
  readonly #waiting: Waiting[] = [];
  #running = 0;

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
        const thumbnail = this.kept(next.node) ?? (await readThumbnail(next.node));
        this.#keep(next.node, thumbnail);
        next.resolve(thumbnail);
      }
    }
    this.#running -= 1;
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

async function readThumbnail(node: Node): Promise<Thumbnail> {
  if (node.size > THUMBNAIL_SOURCE_BYTES_MAX) return 'none';
  try {
    const response = await fetch(contentPath(addressOf(node, false)));
    if (!response.ok) return 'none';
    const whole = await createImageBitmap(await response.blob());
    const scale = Math.min(1, THUMBNAIL_PIXELS / Math.max(whole.width, whole.height));
    if (scale === 1) return whole;
    const small = await createImageBitmap(whole, {
      resizeWidth: Math.max(1, Math.round(whole.width * scale)),
      resizeHeight: Math.max(1, Math.round(whole.height * scale)),
      resizeQuality: 'medium',
    });
    whole.close();
    return small;
  } catch {
    // No picture that this browser reads, or it cannot be read at the moment: the page shows what it is called.
    return 'none';
  }
}

function keyOf({ namespaceId, nodeId, contentRev }: Node): string {
  return `${namespaceId}/${nodeId}/${contentRev}`;
}
