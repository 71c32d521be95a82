import { useSyncExternalStore } from 'react';
import type { Offline } from '../../offline/create-offline.ts';
import type { KeptState } from '../../offline/kept-files.ts';
import type { ChangeQueue } from '../../offline/offline-change.ts';
import { useSignedIn } from '../../session/session-context.ts';

export function useOffline(): Offline {
  return useSignedIn().offline;
}

/** What waits to be sent. */
export function useChangeQueue(): ChangeQueue {
  const { queue } = useOffline();
  return useSyncExternalStore(queue.subscribe, queue.get);
}

/** What is kept in this browser. */
export function useKept(): KeptState {
  const { state } = useOffline().kept;
  return useSyncExternalStore(state.subscribe, state.get);
}

/** Whether the service can be reached. */
export function useIsOnline(): boolean {
  const { live, offline } = useSignedIn();
  return useSyncExternalStore(live.state.subscribe, offline.isOnline);
}
