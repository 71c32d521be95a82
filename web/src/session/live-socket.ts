import { type ApiClient, UnavailableError } from '@syncline/client';
import { type ClientMessage, ServerMessage } from '@syncline/protocol';
import * as z from 'zod/mini';
import { PING_MS, RECONNECT_MS_MAX, RECONNECT_MS_MIN } from './limits.ts';

export interface LiveSocketListener {
  onOpen(): void;
  /** Something has changed in what the account may read. */
  onChanged(): void;
  onLost(): void;
  /** This device was unlinked. */
  onRevoked(): void;
}

/** A socket that is opened again whenever it is lost, until it is closed. */
export interface LiveSocket {
  isOpen(): boolean;
  close(): void;
}

export function createLiveSocket(api: ApiClient, listener: LiveSocketListener): LiveSocket {
  let present: WebSocket | undefined;
  let isClosed = false;
  let isQuiet = false;
  let losses = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = (): void => {
    if (isClosed) return;
    const pause = Math.min(RECONNECT_MS_MAX, RECONNECT_MS_MIN * 2 ** losses);
    losses += 1;
    timer = setTimeout(() => void connect(), pause * (0.5 + Math.random() / 2));
  };

  const connect = async (): Promise<void> => {
    const url = await socketAddress(api);
    if (isClosed) return;
    if (url === undefined) return again();
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    present = socket;
    socket.addEventListener('open', () => {
      losses = 0;
      isQuiet = false;
      listener.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      isQuiet = false;
      hear(data, listener);
    });
    socket.addEventListener('close', () => {
      if (present === socket) present = undefined;
      if (isClosed) return;
      listener.onLost();
      again();
    });
  };

  const pinging = setInterval(() => {
    if (present?.readyState !== WebSocket.OPEN) return;
    if (isQuiet) return present.close();
    isQuiet = true;
    present.send(JSON.stringify({ action: 'ping' } satisfies ClientMessage));
  }, PING_MS);
  void connect();

  return {
    isOpen: () => present?.readyState === WebSocket.OPEN,
    close() {
      isClosed = true;
      clearInterval(pinging);
      clearTimeout(timer);
      present?.close();
    },
  };
}

async function socketAddress(api: ApiClient): Promise<string | undefined> {
  try {
    const answer = await api.openSocket({ body: {} });
    return answer.ok ? answer.value.url : undefined;
  } catch (failure) {
    if (failure instanceof UnavailableError) return undefined;
    throw failure;
  }
}

function hear(data: unknown, listener: LiveSocketListener): void {
  const message = z.safeParse(ServerMessage, readJson(data));
  if (!message.success) return;
  switch (message.data.type) {
    case 'changed':
      return listener.onChanged();
    case 'revoked':
      return message.data.namespaceId === undefined ? listener.onRevoked() : listener.onChanged();
    case 'progress':
    case 'pong':
      return undefined;
  }
}

/** Some gateways send text in binary frames. */
function readJson(data: unknown): unknown {
  try {
    return JSON.parse(data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data));
  } catch {
    // What is no JSON is no message of this service, and a push is a hint: nothing is lost with it.
    return undefined;
  }
}
