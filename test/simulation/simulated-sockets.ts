import { SOCKET_CONNECTION_MS } from '@syncline/protocol';
import type { Socket, SocketConnector, SocketListener } from '../../client/src/api/socket-connector.ts';
import type { NetworkEnd, SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedService } from './simulated-service.ts';
import type { Stage } from './stage.ts';

/** The WebSockets of one process of a device. A line that was cut stays silent on both sides. */
export class SimulatedSockets implements SocketConnector {
  readonly #world: { readonly stage: Stage; readonly service: SimulatedService; readonly network: SimulatedNetwork };
  readonly #end: NetworkEnd;
  readonly #name: string;
  readonly #lines = new Set<Line>();
  #opened = 0;

  constructor(
    world: { readonly stage: Stage; readonly service: SimulatedService; readonly network: SimulatedNetwork },
    own: { readonly end: NetworkEnd; readonly name: string },
  ) {
    this.#world = world;
    this.#end = own.end;
    this.#name = own.name;
  }

  connect(url: string, listener: SocketListener): Socket {
    this.#opened += 1;
    const line: Line = { connectionId: `${this.#name}-${this.#opened}`, listener, isCut: false, isClosed: false };
    this.#lines.add(line);
    this.#pass(line, () => void this.#knock(line, url));
    return {
      send: (text) => this.#pass(line, () => void this.#hear(line, text)),
      close: () => this.#close(line),
    };
  }

  /** The network went away, or the process: nobody tells the other side. */
  cut(): void {
    for (const line of this.#lines) line.isCut = true;
    this.#lines.clear();
  }

  /** Something goes from one side to the other, unless the line is cut meanwhile. */
  #pass(line: Line, arrive: () => void): void {
    const { network } = this.#world;
    network.pass(() => {
      if (line.isCut || !this.#end.isOnline()) line.isCut = true;
      else arrive();
    });
  }

  async #knock(line: Line, url: string): Promise<void> {
    const { service, stage } = this.#world;
    const { connectionId, listener } = line;
    const isLetIn = await service.openSocket({
      connectionId,
      url,
      receive: (message) => this.#tell(line, JSON.stringify(message)),
      closed: () => this.#pass(line, () => this.#over(line)),
    });
    if (line.isClosed) service.dropSocket(connectionId);
    if (isLetIn) stage.scheduler.after(SOCKET_CONNECTION_MS, () => void service.stores.pusher.close(connectionId));
    this.#pass(line, () => {
      if (line.isClosed) return;
      if (isLetIn) listener.onOpen();
      else this.#over(line);
    });
  }

  /** A push may get lost on its way, come twice, or late. */
  #tell(line: Line, text: string): void {
    this.#world.network.push(this.#end, () => {
      if (!line.isCut && !line.isClosed) line.listener.onMessage(text);
    });
  }

  async #hear(line: Line, text: string): Promise<void> {
    const answer = await this.#world.service.hearSocket(line.connectionId, text);
    if (answer === undefined) return;
    this.#pass(line, () => {
      if (!line.isClosed) line.listener.onMessage(answer);
    });
  }

  #over(line: Line): void {
    if (line.isClosed) return;
    line.isClosed = true;
    this.#lines.delete(line);
    line.listener.onClose();
  }

  #close(line: Line): void {
    if (line.isClosed) return;
    line.isClosed = true;
    this.#lines.delete(line);
    this.#world.network.pass(() => {
      if (!line.isCut) this.#world.service.dropSocket(line.connectionId);
    });
  }
}

interface Line {
  readonly connectionId: string;
  readonly listener: SocketListener;
  /** Nothing passes any more, and nobody knows. */
  isCut: boolean;
  isClosed: boolean;
}
