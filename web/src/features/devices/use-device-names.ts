import type { ApiClient } from '@syncline/client';
import type { DeviceId } from '@syncline/protocol';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useApi } from '../../session/session-context.ts';
import { answerValue } from '../files/answer-value.ts';
import { queryKeys } from '../files/query-keys.ts';

export function devicesQuery(api: ApiClient) {
  return queryOptions({
    queryKey: queryKeys.devices,
    queryFn: async ({ signal }) => answerValue(await api.listDevices({ signal })).devices,
  });
}

/** What the account calls its devices; those of others have no name here. */
export function useDeviceNames(): (deviceId: DeviceId) => string | undefined {
  const { data } = useQuery(devicesQuery(useApi()));
  return (deviceId) => data?.find((device) => device.deviceId === deviceId)?.name;
}
