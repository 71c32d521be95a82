import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { DAEMON_NODE_FLAGS } from './daemon-node-flags.ts';

/** What is to run from the log-in on. */
export interface LoginItem {
  /** The Node that runs it, and the file that it runs; absolute. */
  readonly node: string;
  readonly script: string;
  /** Of the installation; several of them are several items. */
  readonly home: string;
  /** Whether `home` is the one that an installation has without being told. */
  readonly isDefaultHome: boolean;
}

/** Who logs in. */
export interface LoginPerson {
  readonly homeDirectory: string;
  readonly uid: number;
  /** On Windows with the domain: `DESK\ann`. */
  readonly account: string;
  /** `XDG_CONFIG_HOME`, where it is set. */
  readonly xdgConfig?: string | undefined;
}

/** A command line, word by word. */
export type CommandLine = readonly [program: string, ...words: readonly string[]];

/** What makes a system run the item. */
export interface LoginItemPlan {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly encoding: 'utf8' | 'utf16le';
  /** To be run in this order after the file was written. */
  readonly install: readonly CommandLine[];
  /** To be run in this order before the file is removed. */
  readonly uninstall: readonly CommandLine[];
  /** Succeeds when the system knows the item. */
  readonly query: CommandLine;
}

/** Pause before the system starts it again after a failure, in seconds. */
const RESTART_SECONDS = 10;
/** How long the system waits for its end; longer than the folders may take. */
const STOP_SECONDS = 60;

/** How this system is made to run the item; undefined for a system that is not known. */
export function planLoginItem(
  platform: NodeJS.Platform,
  item: LoginItem,
  person: LoginPerson,
): LoginItemPlan | undefined {
  if (platform === 'linux') return systemdUnit(item, person);
  if (platform === 'darwin') return launchAgent(item, person);
  if (platform === 'win32') return scheduledTask(item, person);
  return undefined;
}

function nameOf({ home, isDefaultHome }: LoginItem): string {
  return isDefaultHome ? 'syncline' : `syncline-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
}

/** A unit of the person's own systemd. Source: systemd.service(5), systemd.syntax(7). */
function systemdUnit(item: LoginItem, person: LoginPerson): LoginItemPlan {
  const name = `${nameOf(item)}.service`;
  const words = [item.node, ...DAEMON_NODE_FLAGS, item.script, 'start', '--foreground', '--home', item.home];
  const text = `[Unit]
Description=Syncline keeps folders the same on all devices

[Service]
ExecStart=${words.map(systemdWord).join(' ')}
Restart=on-failure
RestartSec=${RESTART_SECONDS}
TimeoutStopSec=${STOP_SECONDS}

[Install]
WantedBy=default.target
`;
  const configuration = person.xdgConfig ?? posix.join(person.homeDirectory, '.config');
  return {
    name,
    path: posix.join(configuration, 'systemd', 'user', name),
    text,
    encoding: 'utf8',
    install: [systemctl('daemon-reload'), systemctl('enable', '--now', name)],
    uninstall: [systemctl('disable', '--now', name)],
    query: systemctl('is-enabled', name),
  };
}

function systemctl(...words: readonly string[]): CommandLine {
  return ['systemctl', '--user', ...words];
}

/** One word of a command line: quoted, and with what systemd would replace written as it takes it for itself. */
function systemdWord(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('%', '%%')
    .replaceAll('$', () => '$$');
  return `"${escaped}"`;
}

/** An agent of launchd. Source: launchd.plist(5). */
function launchAgent(item: LoginItem, person: LoginPerson): LoginItemPlan {
  const name = `dev.syncline.${nameOf(item)}`;
  const words = [item.node, ...DAEMON_NODE_FLAGS, item.script, 'start', '--foreground', '--home', item.home];
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(name)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xml(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>${RESTART_SECONDS}</integer>
  <key>ExitTimeOut</key>
  <integer>${STOP_SECONDS}</integer>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
  const path = posix.join(person.homeDirectory, 'Library', 'LaunchAgents', `${name}.plist`);
  const domain = `gui/${person.uid}`;
  return {
    name,
    path,
    text,
    encoding: 'utf8',
    install: [['launchctl', 'bootstrap', domain, path]],
    uninstall: [['launchctl', 'bootout', `${domain}/${name}`]],
    query: ['launchctl', 'print', `${domain}/${name}`],
  };
}

/**
 * A task of the Task Scheduler, which starts the process in the background and ends: one that stayed would show a window.
 * Source: learn.microsoft.com, "Task Scheduler Schema".
 */
function scheduledTask(item: LoginItem, person: LoginPerson): LoginItemPlan {
  const name = nameOf(item);
  const words = [item.script, 'start', '--home', item.home].map(windowsWord).join(' ');
  const text = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${xml(person.account)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xml(person.account)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(item.node)}</Command>
      <Arguments>${xml(words)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
  const path = win32.join(item.home, 'login-item.xml');
  return {
    name,
    path,
    text,
    encoding: 'utf16le',
    install: [
      ['schtasks', '/Create', '/TN', name, '/XML', path, '/F'],
      ['schtasks', '/Run', '/TN', name],
    ],
    uninstall: [['schtasks', '/Delete', '/TN', name, '/F']],
    query: ['schtasks', '/Query', '/TN', name],
  };
}

/** Quoted as programs on Windows split their command line: a backslash counts only before a quote. */
function windowsWord(word: string): string {
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

/** Text in XML. What XML cannot hold at all is left out. */
function xml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
