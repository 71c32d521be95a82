import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import type { Remote } from '../../client/src/engine/ports.ts';
import { GivenHints } from './given-hints.ts';
import { ModelService } from './model-service.ts';
import { modelSyncService, SyncDevice, type SyncService, serviceTree } from './sync-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const LARGE_BYTES = 100;
/** A text of a large file. */
export const large = (letter: string): string => letter.repeat(2 * LARGE_BYTES);

/** Transfers of large contents that wait until the test lets them go on, each in the middle: a part of it was read or written. */
export class Line {
  isHeld = false;
  isCut = false;
  begun = 0;
  readonly #waiting: (() => void)[] = [];

  async pass(): Promise<void> {
    this.begun += 1;
    if (this.isHeld) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    if (this.isCut) throw new UnavailableError('no route to the store');
  }

  get underWay(): number {
    return this.#waiting.length;
  }

  release(): void {
    this.isHeld = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function overLine(service: SyncService, line: Line): SyncService {
  const held = (remote: Remote): Remote => ({
    ...remote,
    send: async (sources) => {
      if (sources.some(({ size }) => size > LARGE_BYTES)) {
        for (const source of sources) await source.read({ start: 0, end: 10 });
        await line.pass();
      }
      return remote.send(sources);
    },
    nameContent: async (source, known) => {
      if (source.size > LARGE_BYTES) await line.pass();
      return remote.nameContent(source, known);
    },
    fetch: async (content) => {
      if (content.size > LARGE_BYTES) {
        await content.into.write(0, Buffer.from('half'));
        await line.pass();
      }
      return remote.fetch(content);
    },
  });
  return { ...service, connect: async (number, faults) => held(await service.connect(number, faults)) };
}

/** Two devices whose large transfers the test holds. */
export async function heldWorld() {
  const service = new ModelService();
  const clock = new VirtualClock();
  const start = async (number: number) => {
    const line = new Line();
    const device = new SyncDevice(overLine(modelSyncService(service), line), number);
    const hints = new GivenHints();
    const loop = await device.loop({ clock, hints }, { largeFileBytes: LARGE_BYTES });
    const ended = loop.run();
    return { line, hints, loop, ended, files: device.files, faults: device.faults };
  };
  const a = await start(1);
  const b = await start(2);
  await clock.pass(1000);
  const tree = () => Object.fromEntries(serviceTree(service));
  const commits = (name: string) => service.journal.filter(({ node }) => node.name === name).length;
  return { service, clock, a, b, tree, commits };
}
