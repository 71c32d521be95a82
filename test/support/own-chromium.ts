import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { chromiumArguments, findChromium } from './find-chromium.ts';

/** A browser of a person with a profile on the disk: what it keeps is there when it is started again, also after a crash. */
export class OwnChromium {
  readonly #directory: string;
  #running: { readonly child: ChildProcess; readonly browser: Browser } | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(): Promise<OwnChromium> {
    return new OwnChromium(await mkdtemp(join(tmpdir(), 'syncline-profile-')));
  }

  /** Starts the browser over its profile. */
  async start(): Promise<BrowserContext> {
    const args = [
      `--user-data-dir=${this.#directory}`,
      '--headless=new',
      '--remote-debugging-port=0',
      '--no-first-run',
    ];
    const child = spawn(findChromium(), [...chromiumArguments(), ...args, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const browser = await chromium.connectOverCDP(await addressOf(child), { isLocal: true });
    this.#running = { child, browser };
    const [profile] = browser.contexts();
    if (profile === undefined) throw new Error('a browser has a profile');
    return profile;
  }

  /** Ends all of its processes as a crash does: nothing is let finish. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running?.child.pid === undefined) return;
    const ended = once(running.child, 'exit');
    process.kill(-running.child.pid, 'SIGKILL');
    await ended;
    await running.browser.close();
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** What it says on its standard error once it can be asked. */
async function addressOf({ stderr }: ChildProcess): Promise<string> {
  let said = '';
  for await (const part of stderr ?? []) {
    said += String(part);
    const [, address] = /^DevTools listening on (\S+)$/m.exec(said) ?? [];
    if (address === undefined) continue;
    stderr?.resume();
    return address;
  }
  throw new Error(`Chromium ended before it could be asked:\n${said}`);
}
