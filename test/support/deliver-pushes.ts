import {
  type AppendedEntry,
  type NotifyDevicesDependencies,
  notifyDevices,
} from '../../lambdas/sockets/notify-devices.ts';
import { pushMemberPage } from '../../lambdas/sockets/push-member-page.ts';
import type { InMemoryStores } from './in-memory-stores.ts';

type Stores = Pick<InMemoryStores, 'accounts' | 'sockets' | 'pusher' | 'pushes' | 'clock' | 'telemetry'>;

/** Does what the journal's stream and the queue of pushes do for new entries: tells the members' devices. */
export async function deliverPushes(
  { accounts, sockets, pusher, pushes, clock, telemetry }: Stores,
  entries: readonly AppendedEntry[],
): Promise<void> {
  const dependencies: NotifyDevicesDependencies = { accounts, sockets, pusher, pushes, clock, meter: telemetry };
  await notifyDevices(dependencies, entries);
  for (const page of pushes.takePages()) await pushMemberPage(dependencies, page);
}
