import type { EpochMs } from '@syncline/protocol';
import { MASS_CHANGE_WINDOW_MS } from './limits.ts';
import type { MassChange } from './mass-change.ts';

type Changes = Pick<MassChange, 'local' | 'remote'>;

/** What rounds of the last MASS_CHANGE_WINDOW_MS have deleted or written over: a slow wipe comes in many rounds. */
export class RecentChanges {
  #rounds: readonly (Changes & { readonly at: EpochMs })[] = [];

  add(at: EpochMs, { local, remote }: Changes): void {
    if (local + remote > 0) this.#rounds = [...this.#rounds, { at, local, remote }];
  }

  sum(now: EpochMs): Changes {
    this.#rounds = this.#rounds.filter(({ at }) => Math.abs(now - at) < MASS_CHANGE_WINDOW_MS);
    const sum = (side: keyof Changes) => this.#rounds.reduce((total, round) => total + round[side], 0);
    return { local: sum('local'), remote: sum('remote') };
  }
}
