import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AccountId, DeviceId, encodeUlid, NamespaceId } from '@syncline/protocol';
import * as z from 'zod/mini';
import { readConfigurationFile, SIGN_IN_AGAIN, writePrivateFile } from './configuration-directory.ts';

/** What an installation remembers besides its tokens. `account` is there while somebody is signed in. */
export const Configuration = z.object({
  deviceId: DeviceId,
  deviceName: z.optional(z.string()),
  apiUrl: z.optional(z.string()),
  userPool: z.optional(z.object({ endpoint: z.string(), userPoolId: z.string(), clientId: z.string() })),
  account: z.optional(
    z.object({
      accountId: AccountId,
      /** As the service knows it, which may know none. */
      email: z.optional(z.string()),
      /** What was signed in with, for people to read. */
      address: z.optional(z.string()),
      homeNamespaceId: NamespaceId,
    }),
  ),
});
export type Configuration = z.infer<typeof Configuration>;

/** The file `config.json` of a configuration directory. */
export function createConfigurationStore(home: string) {
  const file = join(home, 'config.json');
  return {
    file,
    /** @throws DamagedConfigurationError */
    async read(): Promise<Configuration | undefined> {
      return readConfigurationFile(file, { schema: Configuration, remedy: SIGN_IN_AGAIN });
    },
    async write(configuration: Configuration): Promise<void> {
      await writePrivateFile(file, `${JSON.stringify(configuration, undefined, 2)}\n`);
    },
  };
}

/** A device id of this installation's own making. */
export function makeDeviceId(): DeviceId {
  return DeviceId.parse(encodeUlid(randomBytes(16)));
}
