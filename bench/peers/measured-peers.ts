import type { BenchContext } from '../bench-context.ts';
import type { LatencySubject } from '../latency-run.ts';
import type { MemoryService } from '../memory-service.ts';
import type { Peer } from './peer.ts';
import { rcloneBisync } from './rclone-bisync.ts';
import { syncline, synclineOnce } from './syncline.ts';
import { syncthing } from './syncthing.ts';
import { unisonOnce, unisonRepeating } from './unison.ts';

/** The emulator looks at its streams once a second. */
const STACK_P95_MS_MAX = 1600;
const MEMORY_P50_MS_MAX = 250;
const MEMORY_P95_MS_MAX = 500;
const BOTH = ['a', 'b'] as const;

/** Whose latency is measured. The first is the one that others are compared with. */
export async function latencySubjects(
  context: Pick<BenchContext, 'memoryService' | 'stack'>,
): Promise<readonly LatencySubject[]> {
  const memory = await context.memoryService();
  const inMemory = { name: 'Syncline, service in memory', apiUrl: memory.url, sides: BOTH };
  const { apiUrl } = (await context.stack()).outputs;
  return [
    {
      peer: syncline(inMemory),
      takeWork: memory.takeWork,
      p50MsMax: MEMORY_P50_MS_MAX,
      p95MsMax: MEMORY_P95_MS_MAX,
    },
    { peer: syncline({ name: 'Syncline, local stack', apiUrl, sides: BOTH }), p95MsMax: STACK_P95_MS_MAX },
    { peer: synclineOnce(inMemory) },
    { peer: syncthingByDefault() },
    { peer: syncthing({ name: 'Syncthing, fsWatcherDelayS=1', watcherDelaySeconds: 1 }) },
    { peer: unisonRepeating() },
    { peer: unisonOnce() },
    { peer: rcloneBisync() },
  ];
}

/** Who is given many files. Of ours one device is enough: the service is its other side. */
export function largePeers({ url: apiUrl }: MemoryService): readonly Peer[] {
  const ours = { name: 'Syncline', apiUrl, sides: ['a'] } as const;
  return [syncline(ours), synclineOnce(ours), syncthingByDefault(), unisonRepeating(), unisonOnce(), rcloneBisync()];
}

function syncthingByDefault(): Peer {
  return syncthing({ name: 'Syncthing, default settings', watcherDelaySeconds: 10 });
}
