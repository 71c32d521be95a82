import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MeasuredRun, measureRun } from './measured-run.ts';
import { versionOf } from './peers/installed-program.ts';
import { peerEnvironment } from './peers/peer.ts';
import type { PeerNotes } from './peers/peer-notes.ts';

/** A program that reads a file and hashes it, most of them after cutting it by its content. */
export interface HashingPeer {
  readonly name: string;
  version(): Promise<string | undefined>;
  /** Makes what the runs need, and answers how to run it once. */
  open(directory: string): Promise<(file: string) => Promise<MeasuredRun>>;
}

export const OPENSSL: HashingPeer = {
  name: 'openssl dgst -sha256',
  version: () => versionOf('openssl', ['version']),
  open: async (cwd) => (file) => measureRun({ file: 'openssl', args: ['dgst', '-sha256', file], ...placed(cwd) }),
};

export const RESTIC: HashingPeer = {
  name: 'restic backup --dry-run',
  version: () => versionOf('restic', ['version']),
  open: async (cwd) => {
    const place = placed(cwd, { RESTIC_REPOSITORY: join(cwd, 'restic'), RESTIC_PASSWORD: 'bench' });
    const args = ['--quiet', '--no-cache'];
    await measureRun({ file: 'restic', args: [...args, 'init'], ...place });
    return (file) => measureRun({ file: 'restic', args: [...args, 'backup', '--dry-run', file], ...place });
  },
};

export const RCLONE: HashingPeer = {
  name: 'rclone hashsum sha256',
  version: () => versionOf('rclone', ['version']),
  open: async (cwd) => (file) =>
    measureRun({ file: 'rclone', args: ['--config', '', 'hashsum', 'sha256', file], ...placed(cwd) }),
};

/** A new repository for each run: what it has already it would not read again. Writing is in its time. */
export const BORG: HashingPeer = {
  name: 'borg create, new repository, no compression',
  version: () => versionOf('borg', ['--version']),
  open: async (cwd) => {
    let count = 0;
    return async (file) => {
      const home = join(cwd, `borg ${count++}`);
      mkdirSync(home);
      const place = placed(cwd, { BORG_BASE_DIR: home });
      const repository = join(home, 'repository');
      await measureRun({ file: 'borg', args: ['init', '-e', 'none', repository], ...place });
      return measureRun({ file: 'borg', args: ['create', '-C', 'none', `${repository}::one`, file], ...place });
    };
  },
};

export const CASYNC: HashingPeer = {
  name: 'casync digest',
  version: () => versionOf('casync', ['--version']),
  open: async (cwd) => (file) => measureRun({ file: 'casync', args: ['digest', '--what=blob', file], ...placed(cwd) }),
};

export const HASHING_PEERS: readonly HashingPeer[] = [OPENSSL, RESTIC, RCLONE, BORG, CASYNC];

/** The runs of those that this machine has, each in a directory of its own. */
export async function openPeers(
  notes: PeerNotes,
  directory: string,
): Promise<ReadonlyMap<HashingPeer, (file: string) => Promise<MeasuredRun>>> {
  const opened = new Map<HashingPeer, (file: string) => Promise<MeasuredRun>>();
  for (const [index, peer] of HASHING_PEERS.entries()) {
    const own = join(directory, `peer ${index}`);
    mkdirSync(own);
    const run = await notes.attempt(peer, () => peer.open(own));
    if (run !== undefined) opened.set(peer, run);
  }
  return opened;
}

function placed(cwd: string, more: Readonly<Record<string, string>> = {}) {
  return { cwd, env: { ...peerEnvironment(cwd), ...more } };
}
