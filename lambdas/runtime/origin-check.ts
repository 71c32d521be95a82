import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiEvent } from './api-event.ts';

/** The header in which CloudFront says its key, over whatever a viewer has sent under this name. */
const ORIGIN_KEY_HEADER = 'x-origin-key';

/** Whether a request came through CloudFront; every one, where there are no keys. */
export function isFromEdge({ headers }: Pick<ApiEvent, 'headers'>, originKeys: readonly string[]): boolean {
  if (originKeys.length === 0) return true;
  const said = digestOf(headers?.[ORIGIN_KEY_HEADER] ?? '');
  return originKeys.some((key) => timingSafeEqual(digestOf(key), said));
}

/** Of one length, whatever is compared. */
function digestOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
