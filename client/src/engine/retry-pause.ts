import { RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts';
import type { Random } from './ports.ts';

/**
 * Pause in ms after so many failures in a row: it doubles, and a random half of it is taken or not, so that devices that failed
 * together do not come back together.
 */
export function retryPauseMs(random: Random, failures: number): number {
  const ceiling = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures, 30));
  const drawn = random(4);
  const share = new DataView(drawn.buffer, drawn.byteOffset).getUint32(0) / 2 ** 32;
  return Math.round(ceiling / 2 + (ceiling / 2) * share);
}
