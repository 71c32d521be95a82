import type { EpochMs } from '@syncline/protocol';
import { RATE_WINDOW_MS } from './limits.ts';

interface Span {
  readonly at: EpochMs;
  bytes: number;
}

/**
 * How far the bytes of a round have come, and how fast they have been carried lately: their mean over RATE_WINDOW_MS, or over the time
 * since the first of them. What the other side turns out to have already counts as carried.
 */
export class RoundBytes {
  #done = 0;
  #total = 0;
  /** Bytes of one SPAN_MS each, oldest first: a thousand chunks a second take no more room than one. */
  #spans: Span[] = [];

  /** A round begins that is to carry so many bytes; `beside` those of earlier rounds that are still under way. */
  begin(total: number, { beside = false }: { readonly beside?: boolean } = {}): void {
    if (!beside) this.#done = 0;
    this.#total = beside ? Math.max(this.#total, this.#done) + total : total;
  }

  add(now: EpochMs, bytes: number): void {
    this.#done += bytes;
    this.#forget(now);
    const last = this.#spans.at(-1);
    if (last !== undefined && now - last.at < SPAN_MS) last.bytes += bytes;
    else this.#spans.push({ at: now, bytes });
  }

  show(now: EpochMs): { readonly done: number; readonly total: number; readonly perSecond: number } {
    return { done: this.#done, total: Math.max(this.#total, this.#done), perSecond: this.#perSecond(now) };
  }

  #perSecond(now: EpochMs): number {
    this.#forget(now);
    const [first] = this.#spans;
    if (first === undefined) return 0;
    const bytes = this.#spans.reduce((sum, span) => sum + span.bytes, 0);
    return Math.round((bytes * 1000) / Math.max(SPAN_MS, now - first.at));
  }

  /** After the clock was put back nothing is known. */
  #forget(now: EpochMs): void {
    this.#spans = this.#spans.filter(({ at }) => at <= now && now - at < RATE_WINDOW_MS);
  }
}

const SPAN_MS = 500;
