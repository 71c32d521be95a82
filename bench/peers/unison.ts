import { type Command, Program } from '../program.ts';
import { isInstalled, versionOf } from './installed-program.ts';
import { LONG_RUN_MS_MAX } from './limits.ts';
import { type DaemonPair, type FolderPair, type Peer, peerEnvironment } from './peer.ts';

/** Said after a round, and when the next one is waited for. */
const RESTED = /Sleeping for \d+ seconds|Nothing to do|Synchronization complete/;

/** Unison that stays and repeats: told by its watcher where that is installed, else with a look every second. */
export function unisonRepeating(): Peer {
  const repeat = isInstalled('unison-fsmonitor') ? 'watch' : '1';
  return {
    name: `Unison, -repeat ${repeat}`,
    isOurs: false,
    isSlow: false,
    version,
    link: async (folders) => {
      await runOnce(unison(folders, []));
      return repeating(unison(folders, ['-repeat', repeat]));
    },
  };
}

/** Unison as it is run by hand: once for each change. */
export function unisonOnce(): Peer {
  return {
    name: 'Unison, one run',
    isOurs: false,
    isSlow: false,
    version,
    link: async (folders) => {
      const command = unison(folders, []);
      await runOnce(command);
      return { kind: 'batch', run: (onStart) => runOnce(command, onStart) };
    },
  };
}

function version(): Promise<string | undefined> {
  return versionOf('unison', ['-version']);
}

async function runOnce(command: Command, onStart?: (sessionId: number) => void): Promise<void> {
  const program = await Program.start(command);
  onStart?.(program.sessionId);
  await program.expectEnd(LONG_RUN_MS_MAX);
}

/** One process looks at both folders. */
function repeating(command: Command): DaemonPair {
  let program: Program | undefined;
  const running = (): Program => {
    if (program === undefined) throw new Error('Unison was not started');
    return program;
  };
  return {
    kind: 'daemons',
    sides: ['a'],
    start: async () => {
      program = await Program.start(command);
    },
    waitIdle: async () => {
      await running().printed(RESTED, LONG_RUN_MS_MAX);
      return Date.now();
    },
    sessionOf: () => running().sessionId,
    stop: async () => {
      await program?.stop();
      program = undefined;
    },
  };
}

function unison({ a, b, state }: FolderPair, options: readonly string[]): Command {
  return {
    file: 'unison',
    // Asks nothing, and draws no progress.
    args: [a, b, '-ui', 'text', '-batch', '-auto', '-dumbtty', ...options],
    env: { ...peerEnvironment(state), UNISON: state },
    cwd: state,
  };
}
