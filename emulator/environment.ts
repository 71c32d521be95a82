import path from 'node:path';

/** Fixed by the emulator, which accepts any key; a 12-digit access key would choose another account. */
export const AWS_REGION = 'us-east-1';
export const AWS_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

/** What programs need from a person's environment to run at all. */
const KEPT = [
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PATHEXT',
  'ComSpec',
];

/**
 * The environment of the emulator and everything that deploys to it. Nothing else of the person's environment enters:
 * Lambda workers inherit it, and an AWS profile, a proxy or NODE_OPTIONS would make them behave differently here and
 * there, or reach a real account.
 */
export function isolatedEnvironment(): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    // Lambda code runs on the `node` found first: the one that runs this program has the major version of the deployed runtime.
    PATH: [path.dirname(process.execPath), process.env['PATH'] ?? ''].join(path.delimiter),
    AWS_ACCESS_KEY_ID: AWS_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: AWS_CREDENTIALS.secretAccessKey,
    AWS_REGION,
    AWS_DEFAULT_REGION: AWS_REGION,
  };
}

/** The environment for tools that download: the person's own, with their proxies and certificates. */
export function downloadEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
