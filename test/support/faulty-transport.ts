import type { Transport, TransportResponse } from '../../client/src/api/transport.ts';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';

/**
 * What happens to one request: `lost` on its way, its answer `lost-answer`, the URL `refused` or the bytes `damaged` where it is a PUT, a status
 * that asks for another try; `late` it is overtaken by others.
 */
export type TransportFault = 'lost' | 'lost-answer' | 'refused' | 'damaged' | 'throttled' | 'late';

/** Turns that a late request waits. */
const LATE_TURNS = 40;

/** A network on which this fault befalls every request. */
export function faultyTransport(network: Transport, fault: TransportFault | undefined): Transport {
  return {
    async send(request) {
      const isPut = request.method === 'PUT';
      if (fault === 'lost') throw new UnavailableError('the request was lost');
      if (fault === 'throttled') return statusOf(isPut ? 503 : 429);
      if (fault === 'refused' && isPut) return statusOf(403);
      if (fault === 'damaged' && isPut) return statusOf(400);
      for (let turns = fault === 'late' ? LATE_TURNS : 0; turns > 0; turns--) await Promise.resolve();
      const response = await network.send(request);
      if (fault === 'lost-answer') throw new UnavailableError('the answer was lost');
      return response;
    },
  };
}

function statusOf(status: number): TransportResponse {
  return { status, headers: {}, body: new Uint8Array(0) };
}
