import { MemoryRemovableObjects } from '../../lambdas/sweep/memory-removable-objects.ts';
import { createInMemoryStores } from '../support/in-memory-stores.ts';
import { describeRemovableObjects } from './removable-objects.ts';

describeRemovableObjects(async () => {
  const { objects } = createInMemoryStores();
  return { objects, removable: new MemoryRemovableObjects({ objects }) };
});
