import type { ServerMessage } from '@syncline/protocol';

/** Sends hints to connected devices. */
export interface SocketPusher {
  /** `gone`: the connection does not exist any more; forget it. @throws UnavailableError when API Gateway did not answer. */
  post(connectionId: string, message: ServerMessage): Promise<'sent' | 'gone'>;
  /** Closes a connection; one that is gone is success. */
  close(connectionId: string): Promise<void>;
}
