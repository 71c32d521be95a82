import { expect, test } from '@jest/globals';
import { siteHeaders } from '@syncline/web/response-headers';
import { useBrowser, webUrl } from '../support/browser.ts';
import { sharedStack } from '../support/shared-stack.ts';

const browser = useBrowser();

test('the app opens in a browser that was never here, without a complaint', async () => {
  const page = await browser.openApp();
  expect(await page.title()).toContain('Syncline');
});

test('its pages carry the headers that CloudFront sends in AWS', async () => {
  const { endpoint, socketUrl } = sharedStack();
  const expected = siteHeaders({
    contents: endpoint,
    userPool: endpoint,
    socket: new URL(socketUrl).origin,
    hasTls: false,
  });
  const response = await fetch(webUrl());
  expect(Object.fromEntries(response.headers)).toMatchObject(expected);
});

test('what comes inline, from elsewhere or out of a text does not run', async () => {
  browser.allow(/Content Security Policy|violates|Failed to load resource/);
  const page = await browser.openApp();
  const refused = await page.evaluate(async () => {
    const violations: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
    const inline = document.createElement('script');
    inline.textContent = 'globalThis.hasRun = true';
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    const foreign = document.createElement('script');
    foreign.src = 'https://example.org/script.js';
    const image = document.createElement('img');
    image.src = 'https://example.org/pixel.png';
    document.body.append(inline, style, foreign, image);
    await fetch('https://example.org/').catch(() => undefined);
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    return { violations: violations.toSorted(), hasRun: Object.hasOwn(globalThis, 'hasRun') };
  });
  expect(refused.hasRun).toBe(false);
  expect(new Set(refused.violations)).toEqual(new Set(['connect-src', 'img-src', 'script-src-elem', 'style-src-elem']));
});

test('the bucket and the user pool let the app of another origin in, as its configuration names them', async () => {
  const { bucket, endpoint } = sharedStack();
  const page = await browser.openApp();
  const heard = await page.evaluate(
    async ({ bucketUrl }) => {
      const configuration = (await (await fetch('/v1/configuration')).json()) as { userPool: { endpoint: string } };
      const signIn = await fetch(configuration.userPool.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
        },
        body: '{}',
      });
      const put = await fetch(`${bucketUrl}/chunks/x`, {
        method: 'PUT',
        headers: {
          'if-none-match': '*',
          'x-amz-checksum-sha256': 'x',
          'x-amz-meta-writer': 'x',
          'x-amz-sdk-checksum-algorithm': 'SHA256',
        },
        body: 'x',
      });
      const get = await fetch(`${bucketUrl}/chunks/x`, { headers: { range: 'bytes=0-1' } });
      return [signIn.status, put.status, get.status];
    },
    { bucketUrl: `${endpoint}/${bucket}` },
  );
  // Refused for what they say, and heard: the browser would have hidden any answer that was not for this origin.
  expect(heard).toEqual([400, 403, 403]);
});

test('calls of the API, and what is sent to the bucket, go past the service worker; files of the app do not', async () => {
  const { bucket, endpoint } = sharedStack();
  const page = await browser.openApp();
  const sources = await page.evaluate(
    async ({ bucketUrl }) => {
      await navigator.serviceWorker.ready;
      while (navigator.serviceWorker.controller === null)
        await new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
        });
      const asked = { call: '/v1/configuration?past', sent: `${bucketUrl}/chunks/past`, file: '/favicon.svg?past' };
      // The browser takes note of a request some time after its answer.
      const noted = (url: string) =>
        new Promise<PerformanceEntry>((resolve) => {
          const observer = new PerformanceObserver((list) => {
            const [entry] = list.getEntriesByName(new URL(url, location.href).href);
            if (entry !== undefined) resolve(entry);
          });
          observer.observe({ type: 'resource', buffered: true });
        });
      for (const url of [asked.call, asked.file]) await (await fetch(url)).arrayBuffer();
      await (await fetch(asked.sent, { method: 'PUT', body: 'x' })).arrayBuffer();
      const found: [string, unknown][] = [];
      for (const [name, url] of Object.entries(asked))
        found.push([name, ((await noted(url)) as { readonly workerFinalSourceType?: string }).workerFinalSourceType]);
      return found;
    },
    { bucketUrl: `${endpoint}/${bucket}` },
  );
  expect(Object.fromEntries(sources)).toEqual({ call: 'network', sent: 'network', file: '' });
});
