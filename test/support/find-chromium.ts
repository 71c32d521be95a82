import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(path.dirname(import.meta.dirname));

/** Where playwright-core puts a browser when this machine has none. */
const DOWNLOADS = path.join(root, '.local', 'browsers');
const DOWNLOAD_TIMEOUT_MS = 300_000;

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'microsoft-edge'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/**
 * The browser that tests run: the one that CHROMIUM_PATH names, else one of the machine, else one that is downloaded once into `.local`.
 * @throws Error that says what to install.
 */
export function findChromium(): string {
  const own = process.env['CHROMIUM_PATH'];
  if (own !== undefined && own !== '') {
    if (existsSync(own)) return own;
    throw new Error(`CHROMIUM_PATH is ${own}, where there is no file. Set it to the program of a Chromium.`);
  }
  const found = onPath() ?? ELSEWHERE.find((place) => existsSync(place)) ?? downloaded();
  if (found !== undefined) return found;
  const problem = download();
  const fresh = downloaded();
  if (fresh !== undefined) return fresh;
  throw new Error(
    `The browser tests found no Chromium, and it could not be downloaded: ${problem}\n` +
      'Install one ("apt-get install chromium", or Google Chrome), or set CHROMIUM_PATH to its program.',
  );
}

/** What it is started with on any machine. Without a sandbox for root, whom Chromium refuses one. */
export function chromiumArguments(): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  return ['--disable-dev-shm-usage', '--disable-gpu', ...(isRoot ? ['--no-sandbox'] : [])];
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return COMMANDS.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((place) =>
    existsSync(place),
  );
}

function downloaded(): string | undefined {
  const [program] = globSync(['*/*/chrome-headless-shell', '*/*/headless_shell', '*/*/chrome-headless-shell.exe'], {
    cwd: DOWNLOADS,
  });
  return program === undefined ? undefined : path.join(DOWNLOADS, program);
}

/** What went wrong, in a line. */
function download(): string {
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  const { status, stderr, error } = spawnSync(process.execPath, [cli, 'install', '--only-shell', 'chromium'], {
    env: { ...process.env, PLAYWRIGHT_BROWSERS_PATH: DOWNLOADS },
    encoding: 'utf8',
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  if (error !== undefined) return error.message;
  return stderr.trim().split('\n').at(-1) ?? `exit code ${status}`;
}
