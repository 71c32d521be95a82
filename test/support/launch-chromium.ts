import { type Browser, chromium } from 'playwright-core';
import { chromiumArguments, findChromium } from './find-chromium.ts';

/** The browser of this machine, without a window. `args` come after those that it is always started with. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...chromiumArguments(), ...args] });
}
