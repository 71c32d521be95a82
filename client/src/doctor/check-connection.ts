import { ConfigurationResponse, PROTOCOL_VERSION } from '@syncline/protocol';
import * as z from 'zod/mini';
import type { Transport, TransportResponse } from '../api/transport.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { type Finding, fine, problem, warning } from './finding.ts';
import { CLOCK_SKEW_MS_MAX, CONFIGURATION_BYTES_MAX, CONNECTION_MS_MAX } from './limits.ts';

export interface ConnectionDependencies {
  readonly transport: Transport;
  readonly apiUrl: string;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, by this machine. */
  readonly now: () => number;
}

/** Whether the service answers, speaks this protocol, and has the same time. One request, which is not repeated. */
export async function checkConnection(dependencies: ConnectionDependencies): Promise<readonly Finding[]> {
  const { transport, apiUrl, signal, now } = dependencies;
  const sentMs = now();
  let answer: TransportResponse;
  try {
    answer = await transport.send({
      method: 'GET',
      url: `${apiUrl}/v1/configuration`,
      headers: { accept: 'application/json' },
      answerBytesMax: CONFIGURATION_BYTES_MAX,
      timeoutMs: CONNECTION_MS_MAX,
      signal,
    });
  } catch (failure) {
    if (!(failure instanceof UnavailableError)) throw failure;
    const cause = failure.cause instanceof Error ? ` (${failure.cause.message})` : '';
    const remedy = 'Check the connection, and that the service runs.';
    return [problem('connection', `${apiUrl} cannot be reached${cause}.`, remedy)];
  }
  const receivedMs = now();
  return [describeAnswer(apiUrl, answer, receivedMs - sentMs), ...checkClock(answer, (sentMs + receivedMs) / 2)];
}

function describeAnswer(apiUrl: string, answer: TransportResponse, tookMs: number): Finding {
  const decoded = z.safeParse(ConfigurationResponse, parseJson(answer.body));
  if (answer.status !== 200 || !decoded.success) {
    const remedy = 'Check the address, and what stands between: a proxy, or a sign-in page of the network.';
    return problem('connection', `${apiUrl} answers (${answer.status}), but not as a Syncline.`, remedy);
  }
  const { protocolVersion } = decoded.data;
  if (protocolVersion === PROTOCOL_VERSION) {
    return fine('connection', `${apiUrl} answers within ${Math.max(1, Math.round(tookMs))} ms.`);
  }
  const message = `${apiUrl} speaks version ${protocolVersion} of the protocol, and this program version ${PROTOCOL_VERSION}.`;
  return problem('connection', message, 'Install the client that belongs to the deployment.');
}

/** Nothing is decided by clocks, but times of files and names of conflicted copies are read by people. */
function checkClock(answer: TransportResponse, atMs: number): readonly Finding[] {
  const theirsMs = Date.parse(answer.headers['date'] ?? '');
  if (Number.isNaN(theirsMs)) return [];
  const skewMs = atMs - theirsMs;
  if (Math.abs(skewMs) <= CLOCK_SKEW_MS_MAX) return [fine('clock', 'The clock of this computer is right.')];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const message = `The clock of this computer is ${minutes} minutes ${skewMs > 0 ? 'ahead' : 'behind'}.`;
  return [
    warning('clock', message, 'Set it, best by the network. Nothing is lost by it, but times that you read are wrong.'),
  ];
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    // What is not JSON is no answer of the service; the caller says so.
    return undefined;
  }
}
