import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDaemon } from '../../client/src/daemon/control-client.ts';
import type { DaemonStatus } from '../../client/src/daemon/daemon-status.ts';
import { CliDevice } from './cli-process.ts';
import { eventually } from './eventually.ts';
import type { HttpService } from './http-service.ts';

/** An installation with a real home and a real folder, whose sync runs as a process in the background. */
export class BackgroundDevice {
  readonly cli: CliDevice;
  readonly folder: string;
  readonly home: string;

  private constructor(cli: CliDevice, folder: string) {
    this.cli = cli;
    this.home = cli.home;
    this.folder = folder;
  }

  /** Signed in, with nothing linked and nothing that runs. */
  static async signIn(
    service: HttpService,
    place: { readonly directory: string; readonly name: string; readonly email?: string },
  ): Promise<BackgroundDevice> {
    const device = await BackgroundDevice.make(service.url, place);
    await device.logIn(place.name, place.email);
    return device;
  }

  /** With a home and a folder, and nobody signed in. */
  static async make(
    apiUrl: string,
    place: { readonly directory: string; readonly name: string },
  ): Promise<BackgroundDevice> {
    const home = join(place.directory, `home ${place.name}`);
    const folder = join(place.directory, `folder ${place.name}`);
    await mkdir(home, { recursive: true });
    await mkdir(folder, { recursive: true });
    return new BackgroundDevice(new CliDevice({ home, apiUrl }), folder);
  }

  async logIn(name: string, email = 'ada@example.com'): Promise<void> {
    const words = ['login', '--email', email, '--password-stdin', '--device-name', name];
    await this.cli.expect(words, 'any password\n');
  }

  /** What its daemon tells; undefined when none runs. */
  async status(): Promise<DaemonStatus | undefined> {
    const daemon = await connectDaemon(this.home);
    try {
      return await daemon?.request('status', {});
    } finally {
      daemon?.close();
    }
  }

  /** The status, once it is that of a running daemon in which the check holds. */
  async until(check: (status: DaemonStatus) => void): Promise<DaemonStatus> {
    return eventually(async () => {
      const status = await this.status();
      if (status === undefined) throw new Error('no daemon runs');
      check(status);
      return status;
    });
  }

  /** The text of a file, once it has this one. */
  async untilText(name: string, text: string): Promise<void> {
    await eventually(async () => {
      const found = await readFile(join(this.folder, name), 'utf8');
      if (found !== text) throw new Error(`'${name}' holds '${found}'`);
    });
  }

  /** Ends its process as a power cut would. */
  async kill(): Promise<void> {
    const status = await this.status();
    if (status !== undefined) process.kill(status.pid, 'SIGKILL');
  }
}
