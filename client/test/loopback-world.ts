import { DeviceId, epochMs } from '@syncline/protocol';
import type { AccessTokens } from '../src/api/access-tokens.ts';
import { createApiClient } from '../src/api/api-client.ts';
import type { Clock } from '../src/api/clock.ts';
import { createNodeTransport } from '../src/platform/node/node-transport.ts';
import { TransferGate } from '../src/transfers/transfer-gate.ts';
import type { TransferDependencies } from '../src/transfers/upload-files.ts';
import { LoopbackService } from './loopback-service.ts';

export interface LoopbackWorld extends TransferDependencies {
  readonly service: LoopbackService;
  /** Pauses that were asked for, in milliseconds; none is really made. */
  readonly pauses: number[];
  readonly tokens: { value: string | undefined; renewals: number; next: string | undefined };
  /** The clock stands still unless a test moves it. */
  readonly time: { nowMs: number };
  readonly close: () => Promise<void>;
}

const random = (): number => 0.5;

/** The real client over the real network stack, against the loopback service. */
export async function openLoopbackWorld(): Promise<LoopbackWorld> {
  const service = new LoopbackService();
  await service.start();
  const pauses: number[] = [];
  const time = { nowMs: 1_700_000_000_000 };
  const tokens = { value: 'first' as string | undefined, renewals: 0, next: 'second' as string | undefined };
  const clock: Clock = {
    now: () => epochMs(time.nowMs),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
    },
  };
  const accessTokens: AccessTokens = {
    current: async () => tokens.value,
    renew: async () => {
      tokens.renewals += 1;
      tokens.value = tokens.next;
      return tokens.value;
    },
  };
  const transport = createNodeTransport();
  const deviceId = DeviceId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV');
  const api = createApiClient({ baseUrl: service.baseUrl, transport, tokens: accessTokens, deviceId, clock, random });
  const gate = new TransferGate({ tasksMax: 8, bytesMax: 32 * 1024 * 1024 });
  const close = async (): Promise<void> => {
    await transport.close();
    await service.stop();
  };
  return { service, pauses, tokens, time, transport, api, gate, clock, random, close };
}
