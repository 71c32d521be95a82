import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliDevice } from './cli-process.ts';
import { HttpService } from './http-service.ts';

/** A service, and the command line of one person who is signed in there, in a directory of its own. */
export class CommandWorld {
  readonly directory: string;
  readonly ann: CliDevice;
  readonly #service: HttpService;

  private constructor(directory: string, service: HttpService) {
    this.directory = directory;
    this.#service = service;
    this.ann = new CliDevice({ home: directory, apiUrl: service.url });
  }

  static async open(): Promise<CommandWorld> {
    const service = new HttpService();
    await service.start();
    const world = new CommandWorld(await mkdtemp(join(tmpdir(), 'syncline-commands-')), service);
    await world.ann.expect(
      ['login', '--email', 'ann@example.com', '--password-stdin', '--device-name', 'ann'],
      'any\n',
    );
    return world;
  }

  /** Of the service. */
  get url(): string {
    return this.#service.url;
  }

  /** Stores a text at the service. */
  async put(text: string, remote: string): Promise<void> {
    await writeFile(join(this.directory, 'local.txt'), text);
    await this.ann.expect(['put', 'local.txt', remote]);
  }

  /** What a command prints that must succeed. */
  async say(...words: readonly string[]): Promise<string> {
    return (await this.ann.expect(words)).stdout;
  }

  async close(): Promise<void> {
    await this.#service.stop();
    await rm(this.directory, { recursive: true });
  }
}
