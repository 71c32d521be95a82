import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAEMON_NODE_FLAGS } from './daemon-node-flags.ts';
import { type LoginItem, planLoginItem } from './login-item.ts';

const person = { homeDirectory: '/people/ann', uid: 501, account: 'DESK\\ann' };
const item: LoginItem = { node: '/opt/node', script: '/opt/syncline.mjs', home: '/data/home', isDefaultHome: true };
const AWKWARD = ['a', ' ', '/', '\\', '"', "'", '%', '$', '&', '<', '>', '\n', ';', '`', 'é', '🦉'];
/** Whatever a path may hold, with the characters that formats take for their own. */
const path = fc.string({ unit: fc.constantFrom(...AWKWARD), minLength: 1, maxLength: 12 }).map((text) => `/${text}`);

function planOf(platform: NodeJS.Platform, given: Partial<LoginItem> = {}, more: object = {}) {
  const plan = planLoginItem(platform, { ...item, ...given }, { ...person, ...more });
  if (plan === undefined) throw new Error(`${platform} is known`);
  return plan;
}

/** The words of a command line as systemd reads them. Source: systemd.syntax(7), "Quoting"; systemd.service(5), "Command lines". */
function systemdWords(line: string): readonly string[] {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, quoted = '']) => quoted);
  return words.map((word) =>
    word
      .replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
      .replaceAll('%%', '%')
      .replaceAll('$$', '$'),
  );
}

/** The words of a command line as programs on Windows split it. Source: learn.microsoft.com, "Parsing C command-line arguments". */
function windowsWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const [slashes = ''] = /^\\*/.exec(line.slice(at)) ?? [];
    const next = line[at + slashes.length];
    if (slashes !== '' && next === '"') {
      word += '\\'.repeat(slashes.length / 2);
      at += slashes.length;
      if (slashes.length % 2 === 1) word += '"';
      else isQuoted = !isQuoted;
    } else if (line[at] === '"') isQuoted = !isQuoted;
    else if (line[at] === ' ' && !isQuoted) {
      words.push(word);
      word = '';
    } else word += line[at] ?? '';
  }
  return [...words, word];
}

function unescapeXml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

function element(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'gs'))].map(([, content = '']) =>
    unescapeXml(content),
  );
}

describe('on Linux', () => {
  test('a unit of the person runs it in the foreground, and starts it again after a failure', () => {
    const plan = planOf('linux');
    expect(plan).toMatchObject({ name: 'syncline.service', path: '/people/ann/.config/systemd/user/syncline.service' });
    expect(plan.text).toBe(`[Unit]
Description=Syncline keeps folders the same on all devices

[Service]
ExecStart="/opt/node" "--max-semi-space-size=4" "/opt/syncline.mjs" "start" "--foreground" "--home" "/data/home"
Restart=on-failure
RestartSec=10
TimeoutStopSec=60

[Install]
WantedBy=default.target
`);
    expect(plan.install).toEqual([
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', 'syncline.service'],
    ]);
    expect(plan.uninstall).toEqual([['systemctl', '--user', 'disable', '--now', 'syncline.service']]);
    expect(planOf('linux', {}, { xdgConfig: '/etc/ann' }).path).toBe('/etc/ann/systemd/user/syncline.service');
  });

  test('systemd reads every path as it is, and the file has one line for it', () => {
    fc.assert(
      fc.property(path, path, path, (node, script, home) => {
        const { text } = planOf('linux', { node, script, home });
        const line = text.split('\n').find((one) => one.startsWith('ExecStart='));
        expect(systemdWords(line ?? '')).toEqual([
          node,
          ...DAEMON_NODE_FLAGS,
          script,
          'start',
          '--foreground',
          '--home',
          home,
        ]);
        expect(text.split('\n')).toHaveLength(12);
      }),
    );
  });
});

describe('on macOS', () => {
  test('an agent of the person runs it in the foreground, and starts it again after a failure', () => {
    const plan = planOf('darwin');
    expect(plan.path).toBe('/people/ann/Library/LaunchAgents/dev.syncline.syncline.plist');
    expect(plan.text.replaceAll(/\s*\n\s*/g, '')).toContain(
      '<key>RunAtLoad</key><true/><key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>',
    );
    expect(plan.install).toEqual([['launchctl', 'bootstrap', 'gui/501', plan.path]]);
    expect(plan.uninstall).toEqual([['launchctl', 'bootout', 'gui/501/dev.syncline.syncline']]);
  });

  test('the list has every path as it is', () => {
    fc.assert(
      fc.property(path, path, path, (node, script, home) => {
        const strings = element(planOf('darwin', { node, script, home }).text, 'string');
        expect(strings.slice(1, -1)).toEqual([
          node,
          ...DAEMON_NODE_FLAGS,
          script,
          'start',
          '--foreground',
          '--home',
          home,
        ]);
      }),
    );
  });
});

describe('on Windows', () => {
  test('a task of the person starts it in the background, without a limit of time', () => {
    const plan = planOf('win32', { home: 'C:\\Users\\ann\\Syncline' });
    expect(plan).toMatchObject({ path: 'C:\\Users\\ann\\Syncline\\login-item.xml', encoding: 'utf16le' });
    expect(element(plan.text, 'UserId')).toEqual(['DESK\\ann', 'DESK\\ann']);
    expect(element(plan.text, 'ExecutionTimeLimit')).toEqual(['PT0S']);
    expect(plan.install).toEqual([
      ['schtasks', '/Create', '/TN', 'syncline', '/XML', plan.path, '/F'],
      ['schtasks', '/Run', '/TN', 'syncline'],
    ]);
  });

  test('programs read every path as it is', () => {
    fc.assert(
      fc.property(path, path, path, (node, script, home) => {
        const { text } = planOf('win32', { node, script, home });
        expect(element(text, 'Command')).toEqual([node]);
        const [line = ''] = element(text, 'Arguments');
        expect(windowsWords(line)).toEqual([script, 'start', '--home', home]);
      }),
    );
  });
});

test('another home is another item, and an unknown system has none', () => {
  const names = ['/a', '/b'].map((home) => planOf('linux', { home, isDefaultHome: false }).name);
  expect(new Set([...names, planOf('linux').name]).size).toBe(3);
  expect(planLoginItem('aix', item, person)).toBeUndefined();
});
