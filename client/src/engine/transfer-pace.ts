import { OLDEST_TURN, UPLOAD_SLICE_BYTES_MAX, UPLOAD_SLICE_BYTES_MIN, UPLOAD_SLICE_MS } from './limits.ts';

/** How fast small files go, and whose turn it is, over all rounds of one folder. */
export class TransferPace {
  #sliceBytes = UPLOAD_SLICE_BYTES_MIN;
  #turns = 0;

  /** Bytes of the next slice, so that on a slow line, too, it is at its end soon and something newer gets its turn. */
  get sliceBytes(): number {
    return this.#sliceBytes;
  }

  /** Told of every slice that was sent whole. */
  noteSlice({ bytes, ms }: { readonly bytes: number; readonly ms: number }): void {
    // A slice that was not full tells the time of its requests more than that of its bytes.
    if (bytes < this.#sliceBytes / 2) return;
    const fitting = ms <= 0 ? UPLOAD_SLICE_BYTES_MAX : (bytes / ms) * UPLOAD_SLICE_MS;
    const wanted = Math.min(2 * this.#sliceBytes, Math.max(this.#sliceBytes / 2, fitting));
    this.#sliceBytes = Math.min(UPLOAD_SLICE_BYTES_MAX, Math.max(UPLOAD_SLICE_BYTES_MIN, Math.floor(wanted)));
  }

  /** Whether it is the turn of what has waited longest, of which there is a share for it. */
  isOldestTurn(): boolean {
    this.#turns = (this.#turns + 1) % OLDEST_TURN;
    return this.#turns === 0;
  }
}
