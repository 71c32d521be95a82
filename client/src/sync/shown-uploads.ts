import type { EpochMs, UploadId } from '@syncline/protocol';
import type { Clock } from '../api/clock.ts';
import { pause } from '../api/pause.ts';
import { UPLOAD_SHOWN_MS, UPLOADS_SHOWN_MAX } from './limits.ts';
import type { ProgressPush } from './socket-hub.ts';

/** Uploads of other devices that a status shows. Nobody tells when one is given up: it lapses when nothing is heard of it for long. */
export class ShownUploads {
  readonly #clock: Clock;
  /** The one of which nothing was heard for longest comes first. */
  readonly #shown = new Map<UploadId, { readonly push: ProgressPush; readonly at: EpochMs }>();
  readonly #closing = new AbortController();
  #lapsing: Promise<void> | undefined;
  readonly #onChange: () => void;

  /** `onChange` is called whenever `list` would answer something else. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  list(): readonly ProgressPush[] {
    this.#forgetSilent();
    return [...this.#shown.values()].map(({ push }) => push);
  }

  show(push: ProgressPush): void {
    this.#shown.delete(push.uploadId);
    if (this.#shown.size < UPLOADS_SHOWN_MAX) this.#shown.set(push.uploadId, { push, at: this.#clock.now() });
    this.#onChange();
    this.#lapsing ??= this.#lapse().finally(() => {
      this.#lapsing = undefined;
    });
  }

  forget(uploadId: UploadId): void {
    if (this.#shown.delete(uploadId)) this.#onChange();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#lapsing;
  }

  /** Whoever watches a status hears of it only when something changes. */
  async #lapse(): Promise<void> {
    for (let [oldest] = this.#shown.values(); oldest !== undefined; [oldest] = this.#shown.values()) {
      const leftMs = oldest.at + UPLOAD_SHOWN_MS - this.#clock.now();
      if (leftMs > 0 && !(await pause(this.#clock, leftMs, this.#closing.signal))) return;
      this.#forgetSilent();
      this.#onChange();
    }
  }

  #forgetSilent(): void {
    const now = this.#clock.now();
    for (const [uploadId, { at }] of this.#shown) if (now - at >= UPLOAD_SHOWN_MS) this.#shown.delete(uploadId);
  }
}
