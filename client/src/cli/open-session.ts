import type { AccountResponse, DeviceId } from '@syncline/protocol';
import type { TransferDependencies } from '../transfers/upload-files.ts';

/** A signed-in installation, ready to use. */
export interface Session extends TransferDependencies {
  readonly account: AccountResponse;
  readonly deviceId: DeviceId;
  readonly deviceName: string;
  /** Directory of this installation's configuration and state (`SYNCLINE_HOME`). */
  readonly home: string;
}

/**
 * Opens the session that the last sign-in left in this installation.
 *
 * @throws CommandError  nobody is signed in (exit code 3), or the service cannot be reached (8).
 */
export declare function openSession(options?: { readonly signal?: AbortSignal | undefined }): Promise<Session>;
