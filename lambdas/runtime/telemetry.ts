import type { ErrorCode } from '@syncline/protocol';
import type { ErrorDescription } from './describe-error.ts';
import type { CountName, Meter, Tracer } from './meter.ts';

/** What one invocation tells about itself: one line and its metrics. Ids, counts and codes; never names, paths, tokens or bytes. */
export interface Telemetry extends Meter, Tracer {
  /** Ends the invocation: writes its line and metrics, with all that was counted and traced since the last one. */
  report(invocation: Invocation): void;
}

export interface Invocation {
  /** The route's key, or what called the function: `socket`, `notify`. */
  readonly route: string;
  readonly requestId: string;
  readonly clientRequestId?: string;
  readonly status: number;
  readonly durationMs: number;
  /** How long the oldest of what was worked at had waited by the end. */
  readonly lagMs?: number;
  readonly code?: ErrorCode;
  readonly accountId?: string;
  readonly deviceId?: string;
  readonly error?: ErrorDescription;
}

export type Counts = { readonly [name in CountName]?: number };
