import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { newEmail, PASSWORD } from '../../test/support/api-device.ts';
import { CliDevice } from '../../test/support/cli-process.ts';
import { publishedCommand } from '../../test/support/published-client.ts';
import { synclineVersion } from '../peers/syncline.ts';
import type { Carrier } from './carrier.ts';
import { openServiceRoute } from './service-route.ts';

/** The folder that a linked folder keeps its own things in. */
const OWN_FOLDER = '.syncline';

/**
 * `sync --once` on one device and then on another, with commits to the real handlers over stores in memory: a service of its own for each
 * round, which has seen nothing.
 */
export function synclineOnce(): Carrier {
  return {
    name: 'Syncline, sync --once',
    isOurs: true,
    version: synclineVersion,
    prepare: async (round) => {
      const route = await openServiceRoute(round);
      const command = await publishedCommand();
      const target = join(round.directory, 'down');
      await mkdir(target);
      const email = newEmail();
      const linkDevice = async (signIn: 'signup' | 'login', folder: string): Promise<CliDevice> => {
        const home = join(round.directory, signIn);
        await mkdir(home);
        const device = new CliDevice({ home, apiUrl: route.service.url, command });
        await device.expect([signIn, '--email', email, '--password-stdin'], `${PASSWORD}\n`);
        await device.expect(['link', folder]);
        return device;
      };
      const above = await linkDevice('signup', round.source);
      const below = await linkDevice('login', target);
      return {
        target,
        up: async () => void (await above.expect(['sync', '--once', round.source])),
        down: async () => void (await below.expect(['sync', '--once', target])),
        ...(route.takeBytes === undefined ? {} : { takeBytes: route.takeBytes }),
        takeApiCalls: async () => (await route.service.takeWork()).length,
        close: async () => {
          route.close();
          await rename(join(round.source, OWN_FOLDER), join(round.directory, 'source state'));
        },
      };
    },
  };
}
