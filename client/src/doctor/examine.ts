/**
 * Looks at everything that a sync needs and says what is wrong with it, and what to do. It changes nothing, and one thing that is broken does
 * not keep it from looking at the next.
 */

import { type LinkedFolder, readLinkedFolders } from '../platform/node/linked-folders.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import { readWatchLimits } from '../platform/node/watch-limits.ts';
import { readSignIn, type SignIn, startSession } from '../sync/session.ts';
import { checkBackground } from './check-background.ts';
import { checkConnection } from './check-connection.ts';
import { checkRoot, checkState, countFolders } from './check-folder.ts';
import { checkConfiguration, checkPermissions } from './check-home.ts';
import { checkDisks, checkWatching } from './check-machine.ts';
import { checkSignIn } from './check-sign-in.ts';
import { type Finding, problem, warning } from './finding.ts';

export async function examine(home: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const configuration = await checkConfiguration(home);
  const isReadable = configuration.every(({ result }) => result === 'ok');
  const signIn = isReadable ? await readSignIn(home) : undefined;
  const folders = isReadable ? await readLinkedFolders(home) : [];
  return [
    ...configuration,
    ...(await checkPermissions(home, process.platform)),
    ...(isReadable ? await checkService(home, { signIn, signal }) : []),
    await checkBackground(home),
    ...(await checkFolders(home, folders)),
    ...(await checkDisks([home, ...folders.map(({ path }) => path)])),
  ];
}

async function checkService(
  home: string,
  known: { readonly signIn: SignIn | undefined; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const { signIn, signal } = known;
  if (signIn === undefined) {
    return [problem('sign-in', 'Nobody is signed in on this device.', 'Sign in with `syncline login`.')];
  }
  const transport = createNodeTransport();
  const session = startSession(home, signIn);
  try {
    const { apiUrl } = signIn;
    const connection = await checkConnection({ transport, apiUrl, signal, now: () => Date.now() });
    // Without an answer the client would repeat its question for half a minute.
    if (connection.some(({ result }) => result === 'problem')) return connection;
    return [...connection, ...(await checkSignIn(session, signal))];
  } finally {
    await session.close();
    await transport.close();
  }
}

async function checkFolders(home: string, folders: readonly LinkedFolder[]): Promise<readonly Finding[]> {
  if (folders.length === 0) {
    return [warning('folder', 'No folder is linked.', 'Link one with `syncline link FOLDER`.')];
  }
  const found: Finding[] = [];
  for (const folder of folders) found.push(await checkRoot(folder), checkState(home, folder));
  const watched = folders.reduce((sum, folder) => sum + countFolders(home, folder), 0);
  return [...found, ...checkWatching(watched, readWatchLimits()?.watchesMax)];
}
