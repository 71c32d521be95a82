import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { CliDevice } from '../support/cli-process.ts';
import { HttpService } from '../support/http-service.ts';

/** Each test starts many processes; on a busy machine that takes its time. */
jest.setTimeout(300_000);

let directory: string;
let service: HttpService;
let ann: CliDevice;
let bob: CliDevice;

async function signIn(name: string): Promise<CliDevice> {
  const cli = new CliDevice({ home: await mkdtemp(join(directory, 'home-')), apiUrl: service.url });
  await cli.expect(['login', '--email', `${name}@example.com`, '--password-stdin', '--device-name', name], 'any\n');
  return cli;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'syncline-sharing-'));
  service = new HttpService();
  await service.start();
  [ann, bob] = [await signIn('ann'), await signIn('bob')];
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

test('a folder is shared, joined, written into by both, handed over and left', async () => {
  const file = join(directory, 'plan.txt');
  await writeFile(file, 'the plan');
  await ann.expect(['mkdir', '/team']);
  await ann.expect(['put', file, '/team/']);
  const shared = (await ann.json(['share', '/team', '--with', 'bob@example.com', '--role', 'viewer'])) as {
    readonly token: string;
  };
  const accepted = await bob.expect(['accept', shared.token]);
  expect(accepted.stdout).toBe("'team' is in your account as '/team'; you may read what is in it.\n");
  expect((await bob.expect(['ls', '/'])).stdout).toContain('team/  (shared)');
  expect((await bob.expect(['ls', '/team'])).stdout).toContain('plan.txt');
  expect((await bob.expect(['cat', '/team/plan.txt'])).stdout).toBe('the plan');

  const refused = await bob.run(['put', file, '/team/other.txt']);
  expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
  expect(refused.stderr).toContain('may read here, but not change anything');

  await ann.expect(['members', 'role', '/team', 'bob@example.com', '--to', 'editor']);
  await bob.expect(['put', file, '/team/other.txt']);
  await bob.expect(['mkdir', '/team/sub']);
  await bob.expect(['mv', '/team/other.txt', '/team/sub/']);
  expect((await ann.expect(['ls', '/team/sub'])).stdout).toContain('other.txt');
  await ann.expect(['rm', '/team/sub/other.txt']);

  const removing = await bob.run(['rm', '-r', '/team']);
  expect(removing).toMatchObject({ exitCode: 6, stdout: '' });
  expect(removing.stderr).toContain('syncline leave');
  const leaving = await ann.run(['leave', '/team']);
  expect(leaving.stderr).toContain('the owner cannot leave a shared folder');

  await ann.expect(['members', 'role', '/team', 'bob@example.com', '--to', 'owner']);
  await ann.expect(['leave', '/team']);
  expect((await ann.expect(['shared'])).stdout).toBe('No folder is shared.\n');
  expect((await bob.expect(['members', '/team'])).stdout).toMatch(/owner .*bob@example\.com {2}\(you\)\n$/);
  const { stdout: told } = await bob.expect(['activity', '/team']);
  const events = told.split('\n').filter((line) => line.includes('member'));
  expect(events).toEqual([
    expect.stringMatching(/has left$/),
    expect.stringContaining('bob@example.com was made the owner'),
    expect.stringContaining('bob@example.com is editor, and was viewer'),
    expect.stringMatching(/ bob {2}member {4}bob@example\.com has joined as viewer$/),
  ]);
  expect(told).toContain('/sub/');
});

test('each refusal says what it is about and what to do, once', async () => {
  await ann.expect(['mkdir', '/own']);
  expect((await ann.expect(['links'])).stdout).toBe('There are no links.\n');
  const told = async (cli: CliDevice, words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await cli.run(words);
    expect([exitCode, stdout]).not.toEqual([0, stdout]);
    return stderr;
  };
  expect(await told(ann, ['share', '/own', '--with', 'nonsense'])).toBe(
    "syncline: 'nonsense' is no e-mail address.\nWrite it such as name@example.com; `--link` invites without an address.\n",
  );
  expect(await told(bob, ['accept', 'nonsense'])).toBe(
    'syncline: The invitation: there is no such invitation; it may have expired or been withdrawn: ask for another one.\n',
  );
  const shared = (await ann.json(['share', '/own', '--link', '--role', 'viewer'])) as { readonly token: string };
  expect(await told(ann, ['accept', shared.token])).toContain('this is your own folder: you are in it already.\n');
  await bob.expect(['accept', shared.token]);
  const file = join(directory, 'note.txt');
  await writeFile(file, 'a note');
  const viewer = await told(bob, ['put', file, '/own/']);
  expect(viewer).toContain('ask an owner to make it an editor');
  expect(viewer).not.toContain('unlinked');
  expect(await told(ann, ['leave', '/own'])).toContain("`syncline unshare '/own'` takes everybody else out.");
  const { members } = (await ann.json(['members', '/own'])) as {
    readonly members: readonly { readonly accountId: string; readonly role: string }[];
  };
  const guest = members.find(({ role }) => role === 'viewer')?.accountId ?? '';
  const removed = await ann.expect(['members', 'remove', '/own', guest]);
  expect(removed.stdout).toContain("has no access to '/own' any more, and comes back by no open link.");
  expect(await told(bob, ['accept', shared.token])).toContain('ask them to invite you anew, by e-mail address.\n');
  expect((await ann.expect(['unshare', '/own'])).stdout).toContain('nobody else was in it');
});

test('an open link can be withdrawn, and a folder that is shared no more is its owner’s alone', async () => {
  await ann.expect(['mkdir', '/open']);
  const shared = (await ann.json(['share', '/open', '--link'])) as {
    readonly token: string;
    readonly invitation: { readonly invitationId: string };
  };
  await bob.expect(['accept', shared.token]);
  expect((await ann.expect(['invitations', '/open'])).stdout).toContain('whoever has the link');
  await ann.expect(['invitations', 'withdraw', '/open', shared.invitation.invitationId]);
  expect(await bob.run(['decline', shared.token])).toMatchObject({ exitCode: 4 });
  const ended = await ann.expect(['unshare', '/open']);
  expect(ended.stdout).toBe("'/open' is yours alone now; 1 other member has no access any more.\n");
  expect(await bob.run(['ls', '/open'])).toMatchObject({ exitCode: 4 });
  expect(await ann.run(['share', '/nowhere'])).toMatchObject({ exitCode: 4 });
});

test('files and folders are starred by their paths, also in shared folders, each account for itself', async () => {
  const file = join(directory, 'song.txt');
  await writeFile(file, 'la');
  await ann.expect(['mkdir', '/choir']);
  const { token } = (await ann.json(['share', '/choir', '--with', 'bob@example.com'])) as { readonly token: string };
  await bob.expect(['accept', token]);
  await bob.expect(['put', file, '/choir/']);
  expect((await bob.expect(['star'])).stdout).toBe('Nothing is starred.\n');
  expect((await bob.expect(['star', '/choir/song.txt'])).stdout).toBe("'/choir/song.txt' is starred.\n");
  await bob.expect(['star', '/choir']);
  const listed = (await bob.expect(['star'])).stdout.trimEnd().split('\n');
  expect(listed.toSorted()).toEqual(['/choir/', '/choir/song.txt']);
  expect((await ann.expect(['star'])).stdout).toBe('Nothing is starred.\n');
  expect((await bob.expect(['star', '/choir', '--remove'])).stdout).toBe("'/choir' has no star.\n");
  expect((await bob.expect(['star'])).stdout).toBe('/choir/song.txt\n');
  expect(await bob.run(['star', '--remove'])).toMatchObject({ exitCode: 2 });
});

test('of a folder in a shared one that somebody has left, the list of webhooks says that it is theirs no more', async () => {
  await ann.expect(['mkdir', '/band']);
  await ann.expect(['mkdir', '/band/tapes']);
  const { token } = (await ann.json(['share', '/band', '--link'])) as { readonly token: string };
  await bob.expect(['accept', token]);
  await bob.expect(['hooks', 'add', '/band/tapes', 'https://hooks.example.com/tapes']);
  expect((await bob.expect(['hooks'])).stdout).toContain('  /band/tapes  https://hooks.example.com/tapes\n');
  await bob.expect(['leave', '/band']);
  expect((await bob.expect(['hooks'])).stdout).toContain('  (a folder that is not yours any more)  https://');
});

test('a server is told of the changes of a folder, wherever that is, or of all, by its webhook, until that is removed', async () => {
  expect((await ann.expect(['hooks'])).stdout).toBe('There are no webhooks.\n');
  await ann.expect(['mkdir', '/told']);
  const url = 'https://hooks.example.com/syncline';
  await ann.expect(['share', '/told', '--with', 'bob@example.com']);
  const added = await ann.expect(['hooks', 'add', '/told', url]);
  expect(added.stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n/);
  const { webhook } = (await ann.json(['hooks', 'add', '/', url])) as { readonly webhook: { webhookId: string } };
  const listed = (await ann.expect(['hooks', 'list'])).stdout;
  expect(listed).toContain(`/told  ${url}\n  nothing was sent yet\n`);
  expect(listed).toContain(`${webhook.webhookId}  /  ${url}\n`);
  for (const path of ['/projects', '/projects/told', '/told/inside']) await ann.expect(['mkdir', path]);
  for (const path of ['/projects/told', '/told/inside']) {
    await ann.expect(['hooks', 'add', path, url]);
    expect((await ann.expect(['hooks'])).stdout).toContain(`  ${path}  ${url}\n`);
  }
  await ann.expect(['mv', '/projects/told', '/moved']);
  expect((await ann.expect(['hooks'])).stdout).toContain(`  /moved  ${url}\n`);
  await ann.expect(['rm', '/moved', '--recursive']);
  expect((await ann.expect(['hooks'])).stdout).toMatch(/ {2}\(a folder that is not there, \w{26}\) {2}https/);
  await ann.expect(['hooks', 'test', webhook.webhookId]);
  await ann.expect(['hooks', 'remove', webhook.webhookId]);
  expect(await ann.run(['hooks', 'test', webhook.webhookId])).toMatchObject({ exitCode: 4 });
  expect(await ann.run(['hooks', 'remove', 'that'])).toMatchObject({ exitCode: 2 });
  expect((await ann.run(['hooks', 'add', '/', 'http://10.0.0.1/'])).stderr).toContain('by https alone');
});
