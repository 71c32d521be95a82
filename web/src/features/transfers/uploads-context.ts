import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Uploads } from '../../transfers/create-transfers.ts';
import type { UploadsState } from '../../transfers/transfer-state.ts';

export const UploadsContext = createContext<Uploads | undefined>(undefined);

/** Precondition: inside of `UploadsProvider`. */
export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (uploads === undefined) throw new Error('uploads are there once somebody is signed in');
  return uploads;
}

export function useUploadsState(): UploadsState {
  const { subscribe, state } = useUploads();
  return useSyncExternalStore(subscribe, state);
}
