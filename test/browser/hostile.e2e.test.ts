import { beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { newEmail, openApiDevice, PASSWORD } from '../support/api-device.ts';
import { signInInBrowser } from '../support/app-in-browser.ts';
import { useBrowser, webUrl } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { sharedStack } from '../support/shared-stack.ts';
import { storeFiles } from '../support/store-files.ts';

/** Where what runs against the will of the app would report to. No such name exists. */
const ELSEWHERE = 'https://elsewhere.invalid';
const RUN = `globalThis.hacked = 1; try { top.hacked = 1 } catch {} fetch('${ELSEWHERE}/run')`;
const PAGE = `<!doctype html><img src=x onerror="${RUN}"><script>${RUN}</script><iframe srcdoc="<script>${RUN}</script>"></iframe><meta http-equiv="refresh" content="0;url=${ELSEWHERE}/gone"><form action="${ELSEWHERE}"><input autofocus onfocus="${RUN}"></form>`;
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${RUN}"><script>${RUN}</script><image href="${ELSEWHERE}/pixel.png"/><foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:${RUN}"/></foreignObject></svg>`;
/** A picture for who looks at its first bytes, and a script for who runs it. */
const POLYGLOT = `GIF89a/*${'\0'.repeat(20)}*/=1;${RUN}`;
const MARKDOWN = `# Hello <script>${RUN}</script>\n[run](javascript:globalThis.hacked=1) ![x](${ELSEWHERE}/pixel.png) <img src=x onerror="${RUN}">\n`;
const TABLE = `name,=HYPERLINK("${ELSEWHERE}")\n<img src=x onerror="${RUN}">,"</td><script>${RUN}</script>"\n`;

const SCHEME = 'javascript';

/** Files by their names. The order is that of the preview. */
const FILES: readonly (readonly [name: string, content: string])[] = [
  ['a.html', PAGE],
  ['b.svg', PICTURE],
  ['c.js', RUN],
  ['d.css', `@import url(${ELSEWHERE}/x.css); body { background: url(${ELSEWHERE}/pixel.png) }`],
  ['e.gif', POLYGLOT],
  ['f.png', PAGE],
  ['g.pdf', PAGE],
  ['h.md', MARKDOWN],
  ['i.csv', TABLE],
  ['j.xml', `<?xml-stylesheet href="${ELSEWHERE}/x.xsl"?>${PICTURE}`],
  ['k.webm', PAGE],
  ['l.zip', PAGE],
  ['<img src=x onerror=globalThis.hacked=1>.txt', PAGE],
  ['"><script>globalThis.hacked=1<\u2215script>.html', PAGE],
  [`${SCHEME}:globalThis.hacked=1`, RUN],
  ['photo\u202Egpj.exe', RUN],
  ['__proto__', RUN],
  ['%3Cscript%3EglobalThis.hacked=1%3C%2Fscript%3E.txt', RUN],
  ['{{constructor.constructor("globalThis.hacked=1")()}}.txt', '{{1+1}}$t(app.title)'],
];

/** Characters that turn the direction of what is around them are shown by their numbers. */
const shownAs = (name: string): string => name.replaceAll('\u202e', '[U+202E]');

const browser = useBrowser();
const email = newEmail();
const paths = new Map<string, string>();

beforeAll(async () => {
  const owner = await openApiDevice({ apiUrl: sharedStack().apiUrl, email });
  const nodes = await storeFiles(
    owner,
    FILES.map(([name, content]) => ({ name, bytes: Buffer.from(content) })),
  );
  for (const { namespaceId, nodeId, contentRev, name } of nodes)
    paths.set(name, `/content/${namespaceId}/${nodeId}/${contentRev}/${encodeURIComponent(name)}`);
  expect(paths.size).toBe(FILES.length);
});

/** Signs in, and hears what no page may do. */
async function openWatched() {
  // What is refused is noted by the browser, and is what is wanted here.
  browser.allow(/.*/);
  const page = await signInInBrowser(browser, email);
  const heard: string[] = [];
  page.on('dialog', (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => heard.push(`window: ${popup.url()}`));
  // What a policy refuses never leaves the browser. Whatever does fails in another way, since there is no such name.
  page.context().on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    if (request.url().startsWith(ELSEWHERE) && why !== 'csp') heard.push(`request: ${request.url()}: ${why}`);
  });
  page.context().on('response', (response) => {
    if (response.url().startsWith(ELSEWHERE)) heard.push(`answer: ${response.url()}`);
  });
  return { page, heard };
}

/** What runs in a frame without an origin cannot say so here, and asks for an address elsewhere: that is heard. */
function hasRun(page: Page): Promise<boolean> {
  return page.evaluate(() => Object.hasOwn(globalThis, 'hacked'));
}

test('names and contents are shown as what they say, and none of it becomes a part of the page', async () => {
  const { page, heard } = await openWatched();
  for (const view of ['Show as tiles', 'Show as list']) {
    await page.getByText('d.css', { exact: true }).first().waitFor();
    for (const [name] of FILES) await page.getByText(shownAs(name), { exact: true }).first().waitFor();
    await page.getByRole('button', { name: view }).click();
  }
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  const shown: string[] = [];
  for (let index = 0; index < FILES.length; index++) {
    const place = dialog.getByText(`${index + 1} of ${FILES.length}`);
    await place.waitFor();
    await dialog.getByText('Loading').waitFor({ state: 'detached' });
    shown.push((await dialog.getByRole('heading').first().textContent()) ?? '');
    expect([shown.at(-1), await hasRun(page)]).toEqual([shown.at(-1), false]);
    if (index + 1 < FILES.length) await dialog.getByRole('button', { name: 'Next file' }).click();
  }
  expect(shown.toSorted()).toEqual(FILES.map(([name]) => shownAs(name)).toSorted());
  expect(new URL(page.url()).origin).toBe(webUrl());
  expect(heard).toEqual([]);
});

test('no content is taken for a script, a style, a worker, a frame that runs or a service worker, whoever asks for it', async () => {
  const { page, heard } = await openWatched();
  await page.getByText('d.css', { exact: true }).first().waitFor();
  const given = Object.fromEntries(paths);
  const told = await page.evaluate(async (addresses) => {
    const outcomes: Record<string, string> = {};
    const loaded = (element: HTMLElement): Promise<string> =>
      new Promise((resolve) => {
        element.addEventListener('load', () => resolve('loaded'));
        element.addEventListener('error', () => resolve('refused'));
        document.body.append(element);
      });
    const scripts = ['c.js', 'e.gif', 'a.html', 'f.png', '__proto__', 'h.md'];
    for (const name of scripts) {
      const address = addresses[name] ?? '';
      const script = document.createElement('script');
      script.src = address;
      outcomes[`script ${name}`] = await loaded(script);
      const module = document.createElement('script');
      module.type = 'module';
      module.src = address;
      outcomes[`module ${name}`] = await loaded(module);
      outcomes[`import ${name}`] = await import(address).then(
        () => 'loaded',
        () => 'refused',
      );
      outcomes[`worker ${name}`] = await new Promise((resolve) => {
        const worker = new Worker(address);
        worker.addEventListener('error', () => resolve('refused'));
        worker.addEventListener('message', () => resolve('loaded'));
      });
      outcomes[`service worker ${name}`] = await navigator.serviceWorker.register(address, { scope: address }).then(
        () => 'loaded',
        () => 'refused',
      );
    }
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = addresses['d.css'] ?? '';
    outcomes['style d.css'] = await loaded(style);
    return outcomes;
  }, given);
  expect(Object.entries(told).filter(([, outcome]) => outcome !== 'refused')).toEqual([]);
  const answered = new Set<string>();
  page.context().on('response', (response) => answered.add(new URL(response.url()).pathname));
  const plugins = await page.evaluate(
    async (addresses) => {
      const refused: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
      for (const address of addresses) {
        const frame = document.createElement('iframe');
        frame.src = address;
        const plugin = document.createElement('object');
        plugin.data = address;
        const embedded = document.createElement('embed');
        embedded.src = address;
        document.body.append(frame, plugin, embedded);
      }
      while (refused.length < 2 * addresses.length) {
        await new Promise((resolve) => {
          setTimeout(resolve);
        });
      }
      return refused;
    },
    [...paths.values()],
  );
  expect(new Set(plugins)).toEqual(new Set(['object-src']));
  const asked = [...paths.values()].map((path) => new URL(path, webUrl()).pathname);
  await eventually(() => expect(asked.filter((path) => !answered.has(path))).toEqual([]));
  expect(await hasRun(page)).toBe(false);
  expect(heard).toEqual([]);
});

test('a content that is opened by itself has no origin: it reaches no token, no file and no script', async () => {
  const { page, heard } = await openWatched();
  await page.getByText('d.css', { exact: true }).first().waitFor();
  // It is who answers such an address; before it is there, the site answers with the app.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const alone = await page.context().newPage();
  const answer = await alone.goto(paths.get('b.svg') ?? '');
  expect([answer?.status(), answer?.fromServiceWorker()]).toEqual([200, true]);
  // By the debugger, which can do more than the content itself, for which there are no scripts at all.
  const debugging = await page.context().newCDPSession(alone);
  const reach = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await debugging.send('Runtime.evaluate', { expression, returnByValue: true });
    return exceptionDetails === undefined ? result.value : exceptionDetails.exception?.className;
  };
  expect(await reach('globalThis.origin')).toBe('null');
  for (const store of [
    'indexedDB.open("syncline")',
    'localStorage.length',
    'document.cookie',
    'navigator.serviceWorker',
  ])
    expect([store, await reach(store)]).toEqual([store, 'DOMException']);
  expect(await reach('Object.hasOwn(globalThis, "hacked")')).toBe(false);
  // What is no picture, sound, film or document is saved, and shows nothing.
  for (const name of ['a.html', 'c.js', 'h.md', 'j.xml', '__proto__']) {
    const [saved] = await Promise.all([
      alone.waitForEvent('download'),
      alone.goto(paths.get(name) ?? '').catch(() => undefined),
    ]);
    expect(saved.suggestedFilename().length).toBeGreaterThan(0);
  }
  expect(heard).toEqual([]);
});

describe('every entry point', () => {
  const ENTRIES = ['/', '/nowhere', '/folder/x/y', '/index.html', '/link.html', `/l/${'x'.repeat(43)}`, '/l/short'];
  const OTHERS = [
    '/service-worker.js',
    '/manifest.webmanifest',
    '/assets/nothing.js',
    '/v1/configuration',
    '/v1/nowhere',
  ];

  test('is answered with a policy that runs the files of the app alone, and is not guessed at', async () => {
    for (const path of [...ENTRIES, ...OTHERS]) {
      const { headers } = await fetch(webUrl() + path, { headers: { accept: 'text/html' } });
      const policy = headers.get('content-security-policy') ?? '';
      const scripts = /(?:^|; )script-src ([^;]*)/.exec(policy)?.[1]?.split(' ') ?? ["'none'"];
      const isOwn = scripts.every((word) => ["'self'", "'wasm-unsafe-eval'", "'none'"].includes(word));
      expect([path, isOwn, policy.includes("default-src 'none'")]).toEqual([path, true, true]);
      expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
      expect([path, headers.get('referrer-policy')]).toEqual([path, 'no-referrer']);
    }
  });

  test('refuses inline scripts, handlers and eval in the browser, also as the service worker answers it', async () => {
    browser.allow(/.*/);
    const profile = await browser.newProfile();
    const page = await browser.openApp('/', profile);
    await page.evaluate(() => navigator.serviceWorker.ready);
    for (const path of ENTRIES) {
      const response = await page.goto(path);
      // The service worker has the app, and leaves links to the network.
      expect([path, response?.fromServiceWorker()]).toEqual([path, !path.startsWith('/l/')]);
      await page.locator('#root > *').first().waitFor();
      expect([path, await tryToRun(page)]).toEqual([path, []]);
    }
  });
});

/** Ways by which something ran that stands in no file of the app. */
function tryToRun(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const ran: string[] = [];
    Object.assign(globalThis, { ran });
    const script = document.createElement('script');
    script.textContent = 'ran.push("script")';
    const image = document.createElement('div');
    image.innerHTML = '<img src="x:" onerror="ran.push(\'handler\')"><a href="javascript:ran.push(\'address\')">x</a>';
    const framed = document.createElement('iframe');
    framed.srcdoc = '<script>parent.ran.push("frame")</script>';
    const blob = document.createElement('script');
    blob.src = URL.createObjectURL(new Blob(['ran.push("blob")'], { type: 'text/javascript' }));
    const data = document.createElement('script');
    data.src = 'data:text/javascript,ran.push("data")';
    document.body.append(script, image, framed, blob, data);
    image.querySelector('a')?.click();
    // By names, and not from what the debugger runs, which may do more than a page.
    const evaluate = Reflect.get(globalThis, 'eval') as (text: string) => void;
    const Compiled = Reflect.get(globalThis, 'Function') as unknown as new (text: string) => () => void;
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        for (const run of [() => evaluate('ran.push("eval")'), () => new Compiled('ran.push("function")')()]) {
          try {
            run();
          } catch (failure) {
            if (!(failure instanceof EvalError)) ran.push(String(failure));
          }
        }
        setTimeout(resolve, 100);
      });
    });
    return ran;
  });
}

test('no token stands in an address, in the history, in what the service worker hears or keeps, or beside the database', async () => {
  const profile: BrowserContext = await browser.newProfile();
  const addresses: string[] = [];
  const tokens = new Set<string>();
  profile.on('request', (request) => {
    addresses.push(request.url());
    const [, token] = /^Bearer (.+)$/.exec(request.headers()['authorization'] ?? '') ?? [];
    if (token !== undefined) tokens.add(token);
  });
  profile.on('page', (opened) => {
    opened.on('websocket', (socket) => addresses.push(socket.url()));
    opened.on('framenavigated', (frame) => addresses.push(frame.url()));
  });
  const page = await browser.openApp('/', profile);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Up to date').waitFor();
  for (const path of [
    '/recent',
    '/shared',
    '/links',
    '/trash',
    '/devices',
    '/usage',
    '/settings',
    '/search?q=a',
    '/',
  ]) {
    await page.goto(path);
    await page.locator('main').waitFor();
  }
  await page.getByText('h.md', { exact: true }).first().dblclick();
  await page.getByText('# Hello').waitFor();
  const kept = await page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('syncline');
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(new Error('the database does not open')));
    });
    const refreshToken = await new Promise<unknown>((resolve) => {
      const request = opened.transaction('session').objectStore('session').get('refresh-token');
      request.addEventListener('success', () => resolve(request.result));
    });
    const cached: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        cached.push(request.url, JSON.stringify([...(response?.headers ?? [])]), (await response?.text()) ?? '');
      }
    }
    const texts = [JSON.stringify([localStorage, sessionStorage, history.state]), document.cookie, self.name];
    return { refreshToken, texts: [...texts, ...cached] };
  });
  expect(typeof kept.refreshToken).toBe('string');
  tokens.add(kept.refreshToken as string);
  expect(tokens.size).toBeGreaterThan(1);
  const places = [...addresses, ...addresses.map((address) => decodeURIComponent(address)), ...kept.texts];
  expect(places.filter((text) => [...tokens].some((token) => text.includes(token)))).toEqual([]);
  expect(addresses.filter((address) => /eyJ[\w-]+\.eyJ[\w-]+\./.test(address))).toEqual([]);
});
