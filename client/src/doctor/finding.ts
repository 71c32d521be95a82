/** What was looked at. */
export type CheckName =
  | 'configuration'
  | 'permissions'
  | 'connection'
  | 'clock'
  | 'sign-in'
  | 'device'
  | 'background'
  | 'folder'
  | 'state'
  | 'disk'
  | 'watching';

/** What one look came to: `warning` may become a problem, `problem` keeps something from being synced. */
export interface Finding {
  readonly check: CheckName;
  readonly result: 'ok' | 'warning' | 'problem';
  /** In words; of a folder it begins with its path. */
  readonly message: string;
  /** What a person can do. */
  readonly remedy?: string | undefined;
}

export function fine(check: CheckName, message: string): Finding {
  return { check, result: 'ok', message };
}

export function warning(check: CheckName, message: string, remedy: string): Finding {
  return { check, result: 'warning', message, remedy };
}

export function problem(check: CheckName, message: string, remedy: string): Finding {
  return { check, result: 'problem', message, remedy };
}
