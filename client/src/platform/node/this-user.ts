import { userInfo } from 'node:os';
import { errorCode } from './error-code.ts';

export interface User {
  /** -1 on Windows. */
  readonly uid: number;
  readonly username: string;
}

/** Who runs this process. In a container that may be a number which no account of the system has: then it is its name, too. */
export function thisUser(ask: () => User = userInfo): User {
  try {
    return ask();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    const uid = process.getuid?.() ?? -1;
    return { uid, username: `${uid}` };
  }
}
