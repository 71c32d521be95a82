import { MemoryReferenceStore } from '../../lambdas/references/memory-reference-store.ts';
import { describeReferenceStore } from './reference-store.ts';

describeReferenceStore(async () => new MemoryReferenceStore());
