import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Peer } from '../peers/peer.ts';
import { startPair } from '../tree-passage.ts';
import type { Carrier, CarrierRound } from './carrier.ts';

/** A program that sends what has changed in a folder, and of which it can be told how many bytes that took. */
export interface Sender {
  readonly name: string;
  version(): Promise<string | undefined>;
  open(round: CarrierRound): Promise<OpenSender>;
}

export interface OpenSender {
  /** Sends all that has changed since the last time. Answers the bytes. */
  send(): Promise<number>;
  close(): Promise<void>;
}

/** A carrier, of which all bytes are counted that it sends and gets, or, where it cannot say these, the bodies of its PUTs to the store. */
export function storeSender(carrier: Carrier): Sender {
  return {
    name: carrier.name,
    version: () => carrier.version(),
    open: async (round) => {
      const prepared = await carrier.prepare({ ...round, countsBytes: true });
      return {
        send: async () => {
          await round.stub.takeRequests();
          await prepared.takeBytes?.();
          await prepared.up();
          return (await prepared.takeBytes?.()) ?? (await round.stub.takeRequests()).storedBytes;
        },
        close: () => prepared.close(),
      };
    },
  };
}

/** A pair of daemons that tells what one side receives, its protocol included. The folder is side a itself. */
export function pairSender(peer: Peer): Sender {
  return {
    name: peer.name,
    version: () => peer.version(),
    open: async ({ directory, source }) => {
      await mkdir(directory, { recursive: true });
      const { pair } = await startPair(peer, directory, source);
      return {
        send: async () => {
          const before = (await pair.takenBytes?.('b')) ?? 0;
          await pair.lookNow?.('a');
          await pair.waitIdle('a');
          return ((await pair.takenBytes?.('b')) ?? 0) - before;
        },
        close: () => pair.stop(),
      };
    },
  };
}

/** Where a sender finds its folder, and keeps what is its own. */
export function senderPlaces(
  directory: string,
  index: number,
): { readonly directory: string; readonly source: string } {
  return { directory: join(directory, `sender ${index}`), source: join(directory, `folder ${index}`) };
}
