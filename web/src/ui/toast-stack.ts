import { TOASTS_MAX } from './limits.ts';

export interface Toast {
  readonly text: string;
  readonly isProblem?: boolean;
  readonly action?: { readonly text: string; readonly run: () => void };
}

/** With one more message. Older ones of its kind make room for it: so what went well pushes out nothing that did not, which stays until somebody has seen it. A problem that is said again is shown once. */
export function withToast<T extends Toast>(shown: readonly T[], added: T): readonly T[] {
  const isOfKind = ({ isProblem }: T): boolean => (isProblem === true) === (added.isProblem === true);
  const kept = added.isProblem === true ? shown.filter(({ text }) => text !== added.text) : shown;
  const room = TOASTS_MAX - 1;
  const makeRoom = new Set(kept.filter(isOfKind).slice(0, -room));
  return [...kept.filter((toast) => !makeRoom.has(toast)), added];
}
