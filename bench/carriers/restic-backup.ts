import { basename, join } from 'node:path';
import { versionOf } from '../peers/installed-program.ts';
import { LONG_RUN_MS_MAX } from '../peers/limits.ts';
import { peerEnvironment } from '../peers/peer.ts';
import { Program } from '../program.ts';
import type { Carrier } from './carrier.ts';
import { openRoute } from './store-route.ts';

/** `restic backup` without compression: what is carried here has nothing to compress, and looking for it would cost restic time. */
export function resticBackup(): Carrier {
  return {
    name: 'restic backup, no compression',
    isOurs: false,
    version: () => versionOf('restic', ['version']),
    prepare: async ({ directory, source, stub, rttMs }) => {
      const route = await openRoute(stub.url, rttMs);
      const env = {
        ...peerEnvironment(directory),
        RESTIC_REPOSITORY: `s3:${route.url}/restic-${basename(directory).replaceAll(/\W+/g, '-')}`,
        RESTIC_PASSWORD: 'bench',
        RESTIC_CACHE_DIR: join(directory, 'cache'),
        AWS_ACCESS_KEY_ID: 'bench',
        AWS_SECRET_ACCESS_KEY: 'bench',
        AWS_DEFAULT_REGION: 'us-east-1',
      };
      const target = join(directory, 'down');
      const run = async (args: readonly string[]): Promise<void> => {
        const program = await Program.start({ file: 'restic', args: ['--quiet', ...args], env, cwd: source });
        await program.expectEnd(LONG_RUN_MS_MAX);
      };
      await run(['init']);
      return {
        target,
        up: () => run(['backup', '--compression', 'off', '.']),
        down: () => run(['restore', 'latest', '--target', target]),
        close: async () => route.close(),
      };
    },
  };
}
