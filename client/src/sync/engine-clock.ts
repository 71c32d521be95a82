import { systemClock } from '../api/system-clock.ts';
import type { Clock } from '../engine/ports.ts';

/** The time of this machine; pauses end with the signal. */
export function engineClock(signal: AbortSignal): Clock {
  return {
    now: () => systemClock.now(),
    today: () => new Date(),
    sleep: (ms) => systemClock.sleep(ms, signal),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
