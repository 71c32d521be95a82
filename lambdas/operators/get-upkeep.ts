import { formatInstant, OPERATOR_DEFECTS_MAX, type RouteResponse } from '@syncline/protocol';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { ScrubStore } from '../scrub/scrub-store.ts';
import type { SweepIndex } from '../sweep/sweep-index.ts';

/** What the sweep and the scrub have written down of themselves. Cost: 2 reads and one Query. */
export async function getUpkeep(dependencies: {
  readonly sweep: Pick<SweepIndex, 'readProgress'>;
  readonly scrub: Pick<ScrubStore, 'readProgress' | 'listDefects'>;
}): Promise<Outcome<RouteResponse<'getUpkeep'>>> {
  const [sweep, scrub, defects] = await Promise.all([
    dependencies.sweep.readProgress(),
    dependencies.scrub.readProgress(),
    dependencies.scrub.listDefects(OPERATOR_DEFECTS_MAX),
  ]);
  return done({
    ...(sweep === undefined ? {} : { sweep: { ranAt: formatInstant(sweep.wallAt), phase: sweep.phase } }),
    ...(scrub === undefined
      ? {}
      : {
          scrub: {
            pass: scrub.pass,
            begunAt: formatInstant(scrub.begunAt),
            phase: scrub.phase,
            items: scrub.items,
            defects: defects.length,
          },
        }),
  });
}
