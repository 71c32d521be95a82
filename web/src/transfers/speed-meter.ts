import { SPEED_SAMPLES_MAX, SPEED_WINDOW_MS, SPEED_WINDOW_MS_MIN } from './limits.ts';

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * How fast bytes go, over the last SPEED_WINDOW_MS. Never negative, never more than all bytes of the window in SPEED_WINDOW_MS_MIN.
 * Memory: SPEED_SAMPLES_MAX samples.
 */
export class SpeedMeter {
  #samples: Sample[] = [];
  #beganAtMs: number | undefined;

  /** Takes note of bytes that have gone. A clock that was set back only shortens the window. */
  add(bytes: number, nowMs: number): void {
    this.#beganAtMs ??= nowMs;
    const last = this.#samples.at(-1);
    const isSameSlot = last !== undefined && nowMs - last.atMs < SPEED_WINDOW_MS / SPEED_SAMPLES_MAX;
    if (isSameSlot) this.#samples[this.#samples.length - 1] = { atMs: last.atMs, bytes: last.bytes + bytes };
    else this.#samples.push({ atMs: nowMs, bytes });
    this.#forget(nowMs);
  }

  /** Undefined until something has gone for SPEED_WINDOW_MS_MIN. */
  bytesPerSecond(nowMs: number): number | undefined {
    if (this.#beganAtMs === undefined) return undefined;
    this.#forget(nowMs);
    const elapsedMs = Math.min(SPEED_WINDOW_MS, nowMs - this.#beganAtMs);
    if (elapsedMs < SPEED_WINDOW_MS_MIN) return undefined;
    return (this.#samples.reduce((sum, { bytes }) => sum + bytes, 0) * 1000) / elapsedMs;
  }

  /** Begins anew, as after a pause. */
  reset(): void {
    this.#samples = [];
    this.#beganAtMs = undefined;
  }

  #forget(nowMs: number): void {
    this.#samples = this.#samples
      .filter(({ atMs }) => atMs > nowMs - SPEED_WINDOW_MS && atMs <= nowMs)
      .slice(-SPEED_SAMPLES_MAX);
  }
}

/** Whole seconds that the rest will take, rounded up; undefined where nothing moves. */
export function secondsLeft(bytesLeft: number, bytesPerSecond: number | undefined): number | undefined {
  if (bytesLeft <= 0) return 0;
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return undefined;
  return Math.ceil(bytesLeft / bytesPerSecond);
}
