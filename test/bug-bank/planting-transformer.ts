/** A Jest transformer: what @swc/jest does, with the bug in that SYNCLINE_BUG names. jest.config.mjs uses it for such runs alone. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransformer as createSwcTransformer } from '@swc/jest';
import { bugNamed } from './bugs.ts';
import { plant } from './planted-bug.ts';

type Options = Parameters<typeof createSwcTransformer>[0];

const root = fileURLToPath(new URL('../..', import.meta.url));

export function createTransformer(options: Options) {
  const swc = createSwcTransformer(options);
  const bug = bugNamed(process.env['SYNCLINE_BUG'] ?? '');
  const target = path.join(root, bug.file);
  const planted = (text: string, file: string) => (file === target ? plant(text, bug) : text);
  return {
    canInstrument: swc.canInstrument,
    process: (text: string, file: string, more: Parameters<NonNullable<typeof swc.process>>[2]) =>
      swc.process?.(planted(text, file), file, more),
    processAsync: (text: string, file: string, more: Parameters<NonNullable<typeof swc.processAsync>>[2]) =>
      swc.processAsync?.(planted(text, file), file, more),
    /** The key is that of the text with the bug in, so that no run finds in the cache what another one has left there. */
    getCacheKey: (text: string, file: string, more: Parameters<NonNullable<typeof swc.getCacheKey>>[2]) =>
      swc.getCacheKey?.(planted(text, file), file, more),
  };
}
