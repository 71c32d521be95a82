import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackgroundDevice } from './background-device.ts';
import { HttpService } from './http-service.ts';

/** A service, and devices with real folders and real processes that sync with it. */
export class BackgroundWorld {
  readonly directory: string;
  readonly service = new HttpService();
  readonly #devices: BackgroundDevice[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<BackgroundWorld> {
    const world = new BackgroundWorld(await mkdtemp(join(tmpdir(), 'syncline-background-')));
    await world.service.start();
    return world;
  }

  /** A device that is signed in; it has a folder that is not linked. */
  async signIn(name: string, email?: string): Promise<BackgroundDevice> {
    const { service, directory } = this;
    const device = await BackgroundDevice.signIn(service, {
      directory,
      name,
      ...(email === undefined ? {} : { email }),
    });
    this.#devices.push(device);
    return device;
  }

  /** Stops all processes, and removes what is on the disk. */
  async close(): Promise<void> {
    this.service.unreachable = false;
    await Promise.all(this.#devices.map((device) => device.cli.run(['stop'])));
    await this.service.stop();
    await rm(this.directory, { recursive: true });
  }
}
