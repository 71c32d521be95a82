import { epochMs } from '@syncline/protocol';
import type { Conflict, ConflictOutcome } from '../src/engine/conflicts.ts';
import type { FolderSync } from '../src/engine/folder-sync.ts';
import type { LoopState, LoopStatus } from '../src/engine/loop-status.ts';

/** A folder sync whose life a test decides. */
export class ScriptedFolderSync implements FolderSync {
  /** What it was told, in order. */
  readonly told: string[] = [];
  /** Whether the step that runs ends soon. */
  endsWhenStopped = true;
  readonly #ended = Promise.withResolvers<void>();
  #state: LoopState = 'idle';
  #onStatus: () => void = () => undefined;

  run(): Promise<void> {
    this.told.push('run');
    return this.#ended.promise;
  }

  stop(): Promise<void> {
    this.told.push('stop');
    if (this.endsWhenStopped) this.#ended.resolve();
    return this.#ended.promise;
  }

  /** Ends `run` as a defect would. */
  crash(): void {
    this.#ended.reject(Object.assign(new Error('a name of a file'), { code: 'EDEFECT' }));
  }

  /** Ends `run` though nobody has asked for it. */
  end(): void {
    this.#ended.resolve();
  }

  become(state: LoopState): void {
    this.#state = state;
    this.#onStatus();
  }

  status(): LoopStatus {
    const since = epochMs(0);
    return {
      state: this.#state,
      since,
      nextAttemptAt: undefined,
      detail: undefined,
      massChange: undefined,
      hints: 'polling',
      seq: 3,
      syncedNodes: 2,
      pending: { upload: 0, download: 0, other: 0 },
      bytes: { done: 0, total: 0, perSecond: 0 },
      problems: ['a', 'b', 'c'].map((path) => ({
        path,
        reason: 'symlink',
        detail: 'A link.',
        since,
        requestId: undefined,
      })),
    };
  }

  onStatus(callback: () => void): void {
    this.#onStatus = callback;
  }

  pause(): void {
    this.told.push('pause');
  }

  resume({ acceptDeletes }: { readonly acceptDeletes: boolean }): void {
    this.told.push(acceptDeletes ? 'resume, deletes accepted' : 'resume');
  }

  syncNow(): Promise<void> {
    this.told.push('sync now');
    return Promise.resolve();
  }

  conflicts(): readonly Conflict[] {
    return [];
  }

  settleConflict(): Promise<ConflictOutcome> {
    return Promise.resolve('unknown');
  }

  setExcluded(): void {
    this.told.push('excluded');
  }

  explain(path: string) {
    const nothing = { since: undefined, nextAttemptAt: undefined, requestId: undefined, remedy: undefined };
    return Promise.resolve({
      ...nothing,
      path,
      state: 'synced',
      reason: 'agreed',
      detail: 'The same.',
      remoteName: undefined,
    } as const);
  }
}
