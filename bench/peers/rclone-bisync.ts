import { Program } from '../program.ts';
import { versionOf } from './installed-program.ts';
import { LONG_RUN_MS_MAX } from './limits.ts';
import { type FolderPair, type Peer, peerEnvironment } from './peer.ts';

/** rclone's two-way sync of two local folders. It has no daemon: each change needs a run over everything. */
export function rcloneBisync(): Peer {
  return {
    name: 'rclone bisync, one run',
    isOurs: false,
    isSlow: false,
    version: () => versionOf('rclone', ['version']),
    link: async (folders) => {
      const run = async (options: readonly string[], onStart?: (sessionId: number) => void): Promise<void> => {
        const program = await startBisync(folders, options);
        onStart?.(program.sessionId);
        await program.expectEnd(LONG_RUN_MS_MAX);
      };
      await run(['--resync']);
      return { kind: 'batch', run: (onStart) => run([], onStart) };
    },
  };
}

function startBisync({ a, b, state }: FolderPair, options: readonly string[]): Promise<Program> {
  // Without a configuration file; its listings stay in the directory of the bench.
  const args = ['--config', '', 'bisync', a, b, '--workdir', state, ...options];
  return Program.start({ file: 'rclone', args, env: peerEnvironment(state), cwd: state });
}
