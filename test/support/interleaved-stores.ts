import type { NewChunk } from '../../lambdas/chunks/chunk-index.ts';
import type { InMemoryStores } from './in-memory-stores.ts';
import type { Interleaver } from './interleaver.ts';

/**
 * Stores of chunks whose calls come in an order that the interleaver chooses, and some of which fail if it is told so. As in a database,
 * many chunks are recorded and moved one by one.
 */
export function interleavedStores(interleaver: Interleaver, stores: InMemoryStores): InMemoryStores {
  const chunks = interleaver.wrap(stores.chunks, ['recordStored', 'recordHolder', 'pin', 'move']);
  const oneByOne = new Proxy(chunks, {
    get: (target, name) => {
      if (name !== 'move' && name !== 'recordStored') return Reflect.get(target, name, target) as unknown;
      return async (all: { readonly chunks: readonly NewChunk[] }) => {
        const answers: unknown[] = [];
        for (const chunk of all.chunks) {
          answers.push(await Reflect.apply(target[name], target, [{ ...all, chunks: [chunk] }]));
        }
        return new Set(answers.flatMap((answer) => [...((answer as ReadonlySet<string> | undefined) ?? [])]));
      };
    },
  });
  const packs = interleaver.wrap(stores.packs, ['record', 'condemn', 'markDeleted']);
  return { ...stores, chunks: oneByOne, packs, objects: interleaver.wrap(stores.objects, ['write']) };
}
