import { join } from 'node:path';
import { versionOf } from '../peers/installed-program.ts';
import { LONG_RUN_MS_MAX } from '../peers/limits.ts';
import { peerEnvironment } from '../peers/peer.ts';
import { Program } from '../program.ts';
import { measureTree } from '../tree-size.ts';
import type { Sender } from './sender.ts';

/** `borg create` without compression or encryption, into a repository on this disk: what it grows by is what would travel. */
export function borgCreate(): Sender {
  return {
    name: 'borg create, no compression',
    version: () => versionOf('borg', ['--version']),
    open: async ({ directory, source }) => {
      const repository = join(directory, 'repository');
      const env = { ...peerEnvironment(directory), BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };
      const run = async (args: readonly string[]): Promise<void> => {
        await (await Program.start({ file: 'borg', args, env, cwd: source })).expectEnd(LONG_RUN_MS_MAX);
      };
      await run(['init', '-e', 'none', repository]);
      let archives = 0;
      return {
        send: async () => {
          const before = measureTree(join(repository, 'data')).bytes;
          archives += 1;
          await run(['create', '-C', 'none', `${repository}::${archives}`, '.']);
          return measureTree(join(repository, 'data')).bytes - before;
        },
        close: async () => undefined,
      };
    },
  };
}
