import type { EngineOptions } from './engine-options.ts';
import type { EnginePorts, Watcher } from './ports.ts';
import type { RemoteHints } from './remote-hints.ts';

export interface LoopPorts extends EnginePorts {
  readonly watcher: Watcher;
  readonly hints: RemoteHints;
}

/** Options of the engine that are the loop's own matter. */
type OwnOptions = 'isStopping' | 'onRound' | 'sparesFreshFiles' | 'onTransferEnd' | 'hasNews';

export interface LoopOptions extends Omit<EngineOptions, OwnOptions> {
  /** Whether a failure says only that the service, or the way to it, is not there for the moment. */
  readonly isUnavailable: (failure: unknown) => boolean;
  readonly isPaused?: boolean | undefined;
}
