import { QUEUE_SHARE_MAX, QUEUED_EVENTS_DEFAULT } from './limits.ts';
import { readWatchLimits } from './watch-limits.ts';

/**
 * Tells when the kernel may have thrown events away because nobody took them from its queue in time.
 *
 * Node says nothing about it: the kernel's own event (IN_Q_OVERFLOW) belongs to no watch, and libuv passes over it. But events are
 * taken in one go, until the queue is empty, and between two such goes nothing leaves the queue. So if it ran over, the next go
 * brings at least a whole queue of events, and it is enough to count them. This holds as long as watches stay open until what is
 * queued for them was taken.
 *
 * Source: inotify(7), "Limits and caveats"; libuv, `uv__inotify_read`.
 */
export class InotifyQueue {
  readonly #eventsMax: number;
  readonly #callbacks = new Set<() => void>();
  #events = 0;

  constructor(queuedEventsMax: number) {
    this.#eventsMax = Math.max(1, Math.floor(queuedEventsMax * QUEUE_SHARE_MAX));
  }

  /** Calls back in the middle of a go in which so many events came that some may be missing. */
  onOverrun(callback: () => void): void {
    this.#callbacks.add(callback);
  }

  removeCallback(callback: () => void): void {
    this.#callbacks.delete(callback);
  }

  /** To be called for every event, whatever becomes of it. */
  count(): void {
    // Immediates run when all that was queued has been taken.
    if (this.#events === 0) setImmediate(() => void (this.#events = 0));
    this.#events += 1;
    // Again and again, as the queue may run over a second time while it is emptied.
    if (this.#events % this.#eventsMax === 0) for (const callback of this.#callbacks) callback();
  }
}

let shared: InotifyQueue | undefined;

/** The one queue of this thread: libuv gives all watches of a loop the same. */
export function inotifyQueue(): InotifyQueue {
  shared ??= new InotifyQueue(readWatchLimits()?.queuedEventsMax ?? QUEUED_EVENTS_DEFAULT);
  return shared;
}
