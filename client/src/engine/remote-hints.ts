import type { Cursor } from '@syncline/protocol';
import type { Position } from './ports.ts';

/** How far the delta was read: in the home namespace, and in those that are mounted. */
export interface SeenPosition {
  readonly cursor: Cursor;
  readonly seq: number;
  readonly mounted: Position['mounted'];
}

/** Tells that one of the namespaces may have changed. A hint may be wrong, double or late, and each may be lost: the truth is the delta. */
export interface RemoteHints {
  onHint(callback: () => void): void;
  /** How hints come at present. */
  way(): 'socket' | 'long-poll' | 'polling';
  /** Tells that the delta was read up to these entries, so that hints about them are no news, and which namespaces to hear of. */
  seen(position: SeenPosition): void;
  close(): Promise<void>;
}
