import type { ChangedMessage, DeviceId } from '@syncline/protocol';
import type * as z from 'zod/mini';

/** How far a journal has come, for whoever follows it. It may come twice, late or in another order. */
export interface Hint {
  readonly message: z.infer<typeof ChangedMessage>;
  /** The one device that made all of these entries and knows them already; absent when there were several. */
  readonly author?: DeviceId;
}
