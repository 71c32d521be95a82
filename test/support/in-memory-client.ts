import { MiB } from '@syncline/protocol';
import { createApiClient } from '../../client/src/api/api-client.ts';
import type { Transport, TransportRequest } from '../../client/src/api/transport.ts';
import { TransferGate } from '../../client/src/transfers/transfer-gate.ts';
import type { TransferDependencies, UploadSource } from '../../client/src/transfers/upload-files.ts';
import type { Member } from './in-memory-member.ts';
import type { InMemoryService } from './in-memory-service.ts';
import { IN_MEMORY_URL, inMemoryTokens, inMemoryTransport } from './in-memory-transport.ts';

/** The real client of a member's device beside the real service, and what it has sent. */
export interface InMemoryClient extends TransferDependencies {
  readonly sent: readonly TransportRequest[];
}

export function openInMemoryClient(
  service: InMemoryService,
  member: Member,
  network: Transport = inMemoryTransport(service),
): InMemoryClient {
  const sent: TransportRequest[] = [];
  const transport: Transport = {
    send: (request) => {
      sent.push(request);
      return network.send(request);
    },
  };
  const { clock } = service.stores;
  const random = () => service.stores.random.fraction();
  const tokens = inMemoryTokens(member.subject);
  const { deviceId } = member;
  const api = createApiClient({ baseUrl: IN_MEMORY_URL, transport, tokens, deviceId, clock, random });
  const gate = new TransferGate({ tasksMax: 8, bytesMax: 64 * MiB });
  return { api, transport, gate, clock, random, sent };
}

/** The PUTs to the bucket. */
export function objectPuts({ sent }: InMemoryClient): readonly TransportRequest[] {
  return sent.filter(({ method }) => method === 'PUT');
}

/** A file in memory, to upload. */
export function sourceOf(member: Member, bytes: Uint8Array): UploadSource {
  return {
    namespaceId: member.namespaceId,
    size: bytes.length,
    read: async ({ start, end }) => bytes.subarray(start, end),
  };
}
