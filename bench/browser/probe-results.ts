/** What the probe in the page answers, in milliseconds since the page began or between frames. */
export interface PageStart {
  readonly firstPaintMs: number;
  /** Until the list has its rows and the main thread has nothing else to do. */
  readonly interactiveMs: number;
  /** Addresses of all scripts that were loaded until then. */
  readonly scripts: readonly string[];
}

export interface FrameTimes {
  readonly framesMs: readonly number[];
}

/** How long it took to pass bytes, all of them. */
export interface Passed {
  readonly bytes: number;
  readonly ms: number;
}

/** Ways of reading a file piece by piece, of which one had to be chosen. */
export type ReadingWay =
  | 'as uploads do'
  | 'by arrayBuffer()'
  | 'by arrayBuffer(), freed by transfer(0)'
  | 'by stream() into memory that is used again';

/** What a request has as its body: a part of the file, or what was read of it, as it is or as a blob. */
export type SentBody = 'part' | 'bytes' | 'blob';

/** Functions that bench/browser/page/probe.ts puts into the page, each by its name. */
export type ProbeCall =
  | { readonly name: 'start'; readonly rows: number }
  | { readonly name: 'scroll'; readonly frames: number; readonly step: number }
  | { readonly name: 'put'; readonly url: string; readonly atOnce: number; readonly body: SentBody }
  | { readonly name: 'get'; readonly urls: readonly string[]; readonly atOnce: number }
  | { readonly name: 'read'; readonly path: string }
  | { readonly name: 'hash'; readonly way: 'cut' | 'digest' }
  | { readonly name: 'read-file'; readonly way: ReadingWay };
