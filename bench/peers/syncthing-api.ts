import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Program } from '../program.ts';
import { LONG_RUN_MS_MAX, LOOK_PAUSE_MS } from './limits.ts';

/** How long one request for events waits for some. */
const EVENTS_SECONDS = 1;

const Events = z.array(
  z.object({
    id: z.number(),
    type: z.string(),
    time: z.string(),
    data: z.nullish(
      z.looseObject({ folder: z.optional(z.string()), from: z.optional(z.string()), to: z.optional(z.string()) }),
    ),
  }),
);
const FolderStatus = z.object({ state: z.string(), needTotalItems: z.number(), globalFiles: z.number() });
const Connections = z.object({
  connections: z.record(z.string(), z.object({ connected: z.boolean() })),
  total: z.object({ inBytesTotal: z.number() }),
});
const Completion = z.object({ completion: z.number(), needItems: z.number(), needDeletes: z.number() });

/** Where one Syncthing listens for questions. Source: docs.syncthing.net, REST API. */
export interface SyncthingApi {
  readonly port: number;
  readonly key: string;
  readonly folderId: string;
}

/** The moment (ms since 1970) at which the first scan of the folder ended. */
export async function firstScanEnd(api: SyncthingApi, program: Program): Promise<number> {
  const deadline = Date.now() + LONG_RUN_MS_MAX;
  for (let since = 0; Date.now() < deadline; ) {
    program.assertRunning();
    // The events since its start are kept for whoever asks first.
    const answer = await ask(api, `events?since=${since}&timeout=${EVENTS_SECONDS}`);
    if (answer === undefined) {
      await sleep(LOOK_PAUSE_MS);
      continue;
    }
    const events = z.parse(Events, answer);
    const end = events.find(
      ({ type, data }) =>
        type === 'StateChanged' && data?.folder === api.folderId && data.from === 'scanning' && data.to === 'idle',
    );
    if (end !== undefined) return Date.parse(end.time);
    since = events.at(-1)?.id ?? since;
  }
  throw new Error('Syncthing did not end its first scan');
}

/** Resolves when two Syncthings are connected and each says that it, and the other, needs nothing. */
export async function waitInSync(
  sides: readonly { readonly api: SyncthingApi; readonly otherDevice: string; readonly program: Program }[],
): Promise<void> {
  const deadline = Date.now() + LONG_RUN_MS_MAX;
  while (Date.now() < deadline) {
    const files = new Set<number>();
    let areSame = true;
    for (const { api, otherDevice, program } of sides) {
      program.assertRunning();
      const status = await readSide(api, otherDevice);
      areSame &&= status.isInSync;
      files.add(status.files);
    }
    if (areSame && files.size === 1) return;
    await sleep(LOOK_PAUSE_MS * sides.length);
  }
  throw new Error('the two Syncthings did not come to the same files');
}

/** Makes one look at everything, and waits until it has. */
export async function scanNow({ port, key, folderId }: SyncthingApi): Promise<void> {
  const url = `http://127.0.0.1:${port}/rest/db/scan?folder=${folderId}`;
  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': key } });
  if (!response.ok) throw new Error(`Syncthing answers a scan with ${response.status}`);
}

/** All bytes that one has received from others since its start. */
export async function receivedBytes(api: SyncthingApi): Promise<number> {
  return z.parse(Connections, await ask(api, 'system/connections')).total.inBytesTotal;
}

async function readSide(api: SyncthingApi, otherDevice: string) {
  const folder = `folder=${api.folderId}`;
  const connections = await ask(api, 'system/connections');
  const status = await ask(api, `db/status?${folder}`);
  const completion = await ask(api, `db/completion?${folder}&device=${otherDevice}`);
  if (connections === undefined || status === undefined || completion === undefined)
    return { isInSync: false, files: -1 };
  const { state, needTotalItems, globalFiles } = z.parse(FolderStatus, status);
  const other = z.parse(Completion, completion);
  const isConnected = z.parse(Connections, connections).connections[otherDevice]?.connected === true;
  const isInSync =
    isConnected &&
    state === 'idle' &&
    needTotalItems === 0 &&
    other.completion === 100 &&
    other.needItems + other.needDeletes === 0;
  return { isInSync, files: globalFiles };
}

/** The answer to a question; undefined while Syncthing does not answer yet. */
async function ask({ port, key }: SyncthingApi, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${port}/rest/${path}`, { headers: { 'x-api-key': key } });
  } catch (error) {
    // It opens its port a moment after its start.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
  const text = await response.text();
  return response.ok ? (JSON.parse(text) as unknown) : undefined;
}
