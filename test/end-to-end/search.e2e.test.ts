import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEmail } from '../support/api-device.ts';
import { CliDevice } from '../support/cli-process.ts';
import { eventually } from '../support/eventually.ts';
import { useSearchAlone } from '../support/search-turn.ts';
import { sharedStack } from '../support/shared-stack.ts';

useSearchAlone();

const PASSWORD = 'correct horse 1';

let directory: string;
const devices = new Map<string, CliDevice>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-search-'));
  for (const name of ['ann', 'bob']) {
    await mkdir(join(directory, name));
    const cli = new CliDevice({ home: join(directory, name), apiUrl: sharedStack().apiUrl });
    await cli.expect(['signup', '--email', newEmail(), '--password-stdin', '--device-name', name], PASSWORD);
    devices.set(name, cli);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function device(name: string): CliDevice {
  const cli = devices.get(name);
  if (cli === undefined) throw new Error(`there is no ${name}`);
  return cli;
}

let contents = 0;

/** Puts a content that has no word of its name. */
async function put(name: string, remote: string): Promise<void> {
  const file = join(directory, 'local.txt');
  contents += 1;
  await writeFile(file, `content ${contents}`);
  await device(name).expect(['put', file, remote]);
}

/** Where somebody finds something. */
async function found(name: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await device(name).expect(['search', '--json', ...words]);
  const { hits } = JSON.parse(stdout) as { readonly hits: readonly { readonly path: string }[] };
  return hits.map(({ path }) => path).toSorted();
}

test('the index follows what is put, renamed, moved with its folder, deleted and restored', async () => {
  await device('ann').expect(['mkdir', '/Trips']);
  await put('ann', '/Trips/Lisbon Reservation.txt');
  await eventually(async () => expect(await found('ann', 'reservation')).toEqual(['/Trips/Lisbon Reservation.txt']));
  const reservation = ['/Trips/Lisbon Reservation.txt'];
  expect(await found('ann', 'lisbon', '--after', '1h', '--smaller', '1KiB')).toEqual(reservation);
  expect(await found('ann', 'lisbon', '--before', '1d')).toEqual([]);
  expect(await found('ann', 'lisbon', '--larger', '1MiB')).toEqual([]);
  await device('ann').expect(['mv', '/Trips', '/Journeys']);
  await eventually(async () => {
    expect(await found('ann', 'journeys', 'lisbon')).toEqual(['/Journeys/Lisbon Reservation.txt']);
    expect(await found('ann', 'trips', 'lisbon')).toEqual([]);
  });
  await device('ann').expect(['rm', '-r', '/Journeys']);
  expect(await found('ann', 'lisbon')).toEqual([]);
  await eventually(async () =>
    expect(await found('ann', 'lisbon', '--trashed')).toEqual(['/Journeys/Lisbon Reservation.txt']),
  );
  await device('ann').expect(['restore', '/Journeys']);
  await eventually(async () => expect(await found('ann', 'lisbon')).toEqual(['/Journeys/Lisbon Reservation.txt']));
});

test('nobody finds what is of others, and whoever is removed from a shared folder stops at once', async () => {
  await put('ann', '/payroll secret.txt');
  await device('ann').expect(['mkdir', '/team']);
  await put('ann', '/team/payroll public.txt');
  const { stdout } = await device('ann').expect(['share', '/team', '--link', '--json']);
  const token = /"token": "([^"]+)"/.exec(stdout)?.[1] ?? '';
  expect(await found('bob', 'payroll')).toEqual([]);
  await device('bob').expect(['accept', token]);
  await eventually(async () => expect(await found('bob', 'payroll')).toEqual(['/team/payroll public.txt']));
  await eventually(async () =>
    expect(await found('ann', 'payroll')).toEqual(['/payroll secret.txt', '/team/payroll public.txt']),
  );
  const members = await device('ann').expect(['members', '/team', '--json']);
  const list = JSON.parse(members.stdout) as {
    readonly members: readonly { readonly accountId: string; readonly role: string }[];
  };
  const bob = list.members.find(({ role }) => role !== 'owner');
  await device('ann').expect(['members', 'remove', '/team', bob?.accountId ?? '']);
  expect(await found('bob', 'payroll')).toEqual([]);
});
