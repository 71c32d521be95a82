import type { Command } from 'commander';
import { systemClock } from '../api/system-clock.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { createUserPool } from '../api/user-pool.ts';
import { createConfigurationStore } from '../platform/node/configuration-store.ts';
import { createCredentialStore } from '../platform/node/credential-store.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { reloadDaemon } from './daemon-link.ts';

export function registerLogout(program: Command, run: RunCommand): void {
  program.command('logout').description('Signs this device out. Local files stay.').action(run(logOut));
}

/** Forgets the tokens whether or not the service can be told: signing out must work offline. */
async function logOut(context: CommandContext): Promise<void> {
  const { home, output } = context;
  const store = createCredentialStore(home);
  const configurations = createConfigurationStore(home);
  const configuration = await configurations.read();
  const tokens = await store.read();
  await store.update(async () => undefined);
  if (configuration?.account !== undefined) {
    const { account: _, ...rest } = configuration;
    await configurations.write(rest);
  }
  let revoked = false;
  if (tokens !== undefined && configuration?.userPool !== undefined) {
    const transport = createNodeTransport();
    try {
      const base = { transport, clock: systemClock, random: Math.random };
      await createUserPool(base, configuration.userPool).revoke(tokens.refreshToken);
      revoked = true;
    } catch (failure) {
      if (!(failure instanceof UnavailableError)) throw failure;
      output.note('The service could not be told; it ends the sign-in by itself after a while.');
    } finally {
      await transport.close();
    }
  }
  await reloadDaemon(context);
  const wasSignedIn = tokens !== undefined;
  output.result({ wasSignedIn, revoked }, [wasSignedIn ? 'Signed out.' : 'Nobody was signed in.']);
}
