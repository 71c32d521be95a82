import type { AccountId } from '@syncline/protocol';
import type { StoredDevice } from '../accounts/account-store.ts';

/** Who calls, as the access token says. */
export interface Caller {
  readonly accountId: AccountId;
  /** Only where the issuer puts a verified address into its access tokens, as the deployment's own user pool does (token-claims.lambda.ts). */
  readonly email?: string;
  /** Of which sign-in the token is, where the issuer says so: all tokens that one sign-in buys have the same. */
  readonly signIn?: string;
  /** Runs the deployment, as the issuer says. */
  readonly isOperator?: true;
  /** The sign-in has ended; only where a route is served all the same (`isLastWord`). */
  readonly hasEnded?: true;
  /** By which the request is found in logs: the client's own where it gave one. */
  readonly requestId?: string;
}

/** A caller on one of its own devices, which is registered and not revoked. */
export interface DeviceCaller extends Caller {
  readonly device: StoredDevice;
}

/** Who comes with a link's token: known by nothing but the address of the request. */
export interface LinkVisitor {
  readonly address: string;
  readonly password?: string;
  /** The headers `Range` and `If-Range`, where bytes are answered. */
  readonly range?: string;
  readonly ifRange?: string;
}
