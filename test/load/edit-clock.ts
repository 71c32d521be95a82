import { ContentLedger } from '../simulation/content-ledger.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { Stage } from '../simulation/stage.ts';

/** A text that somebody wrote, and when it stood on every other device of the account. */
export interface TimedEdit {
  readonly madeAtMs: number;
  /** Undefined while a device lacks it; for ever, where somebody has removed or replaced it meanwhile. */
  arrivedAtMs: number | undefined;
}

/** The ledger of a load run: it notes besides how long each edit took to come everywhere. */
export class EditClock extends ContentLedger {
  readonly edits: TimedEdit[] = [];
  readonly #scheduler: Scheduler;
  readonly #underWay = new Map<string, { readonly edit: TimedEdit; readonly lacking: Set<string> }>();

  constructor(stage: Stage) {
    super(stage);
    this.#scheduler = stage.scheduler;
  }

  /** Somebody is about to write a text that nobody wrote before, which belongs on these devices. */
  time(text: string, others: readonly string[]): void {
    const edit: TimedEdit = { madeAtMs: this.#scheduler.nowMs, arrivedAtMs: undefined };
    this.edits.push(edit);
    this.#underWay.set(text, { edit, lacking: new Set(others) });
  }

  override brought(text: string, deviceId: string): void {
    super.brought(text, deviceId);
    const waiting = this.#underWay.get(text);
    if (waiting?.lacking.delete(deviceId) !== true || waiting.lacking.size > 0) return;
    waiting.edit.arrivedAtMs = this.#scheduler.nowMs;
    this.#underWay.delete(text);
  }
}
