/** Port to the network, as a client has it: nothing is signed with rights of the deployment. */
export interface CanaryWire {
  /** The whole answer, whatever its status. @throws when there is none in time. */
  send(request: CanaryRequest): Promise<{ readonly status: number; readonly body: Uint8Array }>;
  /** Opens a socket. @throws when it does not open in time. */
  listen(url: string): Promise<CanarySocket>;
}

export interface CanaryRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface CanarySocket {
  /** Whether a message came that is meant, or comes within that time. What came since the opening counts. */
  hears(isMeant: (message: unknown) => boolean, withinMs: number): Promise<boolean>;
  close(): void;
}
