import { nameDefect } from '@syncline/protocol';

export type NameProblem = 'nameEmpty' | 'nameSlash' | 'nameDots' | 'nameControl' | 'nameLong' | 'nameTaken';

/** Why a typed name cannot be given to an entry, or undefined when it can. `taken` are the names of the others in its folder. */
export function nameProblem(name: string, taken: ReadonlySet<string>): NameProblem | undefined {
  if (name.trim() === '') return 'nameEmpty';
  if (name === '.' || name === '..') return 'nameDots';
  if (name.includes('/')) return 'nameSlash';
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name) || !name.isWellFormed()) return 'nameControl';
  if (nameDefect(name) !== undefined) return 'nameLong';
  return taken.has(name) ? 'nameTaken' : undefined;
}
