import * as z from 'zod/mini';

const Preferences = z.object({
  language: z.optional(z.enum(['en', 'de', 'es'])),
  theme: z._default(z.enum(['system', 'light', 'dark']), 'system'),
  /** How folders are shown. */
  view: z._default(z.enum(['list', 'tiles']), 'list'),
  /** How two texts are compared; by the room that there is until somebody chooses. */
  comparison: z.optional(z.enum(['paired', 'inline'])),
});
export type Preferences = z.infer<typeof Preferences>;

const KEY = 'syncline-preferences';

/** How this browser shows the app. Nothing of it is secret or about files, and what cannot be read is what was never set. */
export function readPreferences(): Preferences {
  const parsed = z.safeParse(Preferences, readKept());
  return parsed.success ? parsed.data : { theme: 'system', view: 'list' };
}

export function writePreferences(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
  } catch (cause) {
    // Some browsers keep nothing in private windows: then it holds for as long as the page.
    if (!(cause instanceof DOMException)) throw cause;
  }
}

export function showTheme(theme: Preferences['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function readKept(): unknown {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    // Not written by this app, or not to be read: as if nothing was kept.
    return {};
  }
}
