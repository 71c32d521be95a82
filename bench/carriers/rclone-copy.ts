import { basename, join } from 'node:path';
import { versionOf } from '../peers/installed-program.ts';
import { LONG_RUN_MS_MAX } from '../peers/limits.ts';
import { peerEnvironment } from '../peers/peer.ts';
import { Program } from '../program.ts';
import type { Carrier, CarrierRound } from './carrier.ts';
import { openRoute } from './store-route.ts';

/** `rclone copy` with its own defaults: four transfers at once, an MD5 of each file, and a look at each object that was stored. */
export function rcloneCopy(): Carrier {
  return {
    name: 'rclone copy, defaults',
    isOurs: false,
    version: () => versionOf('rclone', ['version']),
    prepare: async (round) => {
      const route = await openRoute(round.stub.url, round.rttMs);
      // A bucket for each round: nothing of it is stored.
      const bucket = `store:rclone-${basename(round.directory).replaceAll(/\W+/g, '-')}`;
      const target = join(round.directory, 'down');
      const copy = (from: string, to: string) => runCopy(round, { url: route.url, from, to });
      return {
        target,
        up: () => copy(round.source, bucket),
        down: () => copy(bucket, target),
        close: async () => route.close(),
      };
    },
  };
}

async function runCopy(
  { directory }: CarrierRound,
  { url, from, to }: { readonly url: string; readonly from: string; readonly to: string },
): Promise<void> {
  const env = {
    ...peerEnvironment(directory),
    RCLONE_CONFIG_STORE_TYPE: 's3',
    RCLONE_CONFIG_STORE_PROVIDER: 'Other',
    RCLONE_CONFIG_STORE_ENDPOINT: url,
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: 'bench',
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: 'bench',
    RCLONE_CONFIG_STORE_REGION: 'us-east-1',
  };
  const program = await Program.start({
    file: 'rclone',
    args: ['--config', '', 'copy', from, to],
    env,
    cwd: directory,
  });
  await program.expectEnd(LONG_RUN_MS_MAX);
}
