import type { SweepPackDependencies } from '../packs/pack-dependencies.ts';
import type { ProjectNamespaceDependencies } from '../references/project-namespace.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { RemovableObjects } from './removable-objects.ts';
import type { SweepIndex } from './sweep-index.ts';

export interface SweepDependencies {
  readonly index: SweepIndex;
  readonly references: ProjectNamespaceDependencies['references'];
  readonly namespaces: ProjectNamespaceDependencies['namespaces'];
  readonly chunks: SweepPackDependencies['chunks'] & ProjectNamespaceDependencies['chunks'];
  readonly packs: SweepPackDependencies['packs'];
  readonly objects: SweepPackDependencies['objects'] & ProjectNamespaceDependencies['objects'];
  readonly removable: RemovableObjects;
  readonly deadLetters: DeadLetters;
  readonly clock: ProjectNamespaceDependencies['clock'];
  readonly random: ProjectNamespaceDependencies['random'];
  readonly meter: ProjectNamespaceDependencies['meter'];
}

/** Both clocks at a run: what others have written is compared with the wall's, what the sweep itself has noted with its own. */
export interface SweepTime {
  readonly now: ReturnType<SweepDependencies['clock']['now']>;
  readonly sweepAt: number;
  /** Only tells what would be done. */
  readonly isDry: boolean;
}

/** What one pass knows beside. */
export interface SweepPass extends SweepTime {
  /** Objects of packs without a record in which no chunk lies, as far as this pass has looked: the last one has found them. */
  readonly strayPacks: ReadonlySet<string>;
}
