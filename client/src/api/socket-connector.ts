/** What becomes of one socket. Nothing is told while `connect` still runs, and nothing after `close` or `onClose`. */
export interface SocketListener {
  onOpen(): void;
  /** One whole message. Some gateways send text in binary frames. */
  onMessage(data: string | Uint8Array): void;
  /** Once, however it ended, and also when it never opened. */
  onClose(): void;
}

/** One connection. No method throws: what fails shows as `onClose`, or as silence. */
export interface Socket {
  /** Precondition: it is open. */
  send(text: string): void;
  /** Ends it at once, whatever the other side does. Repeating it is no error. */
  close(): void;
}

/** Port to WebSockets. */
export interface SocketConnector {
  connect(url: string, listener: SocketListener): Socket;
}
