import type { RemoteHints } from '../../client/src/engine/remote-hints.ts';

/** Hints that come when a test gives them. */
export class GivenHints implements RemoteHints {
  #callback: () => void = () => undefined;
  readonly seenSeqs: number[] = [];
  give(): void {
    this.#callback();
  }
  onHint(callback: () => void): void {
    this.#callback = callback;
  }
  way() {
    return 'socket' as const;
  }
  seen({ seq }: { readonly seq: number }): void {
    this.seenSeqs.push(seq);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
