import type { FrameTimes, PageStart, Passed, ProbeCall, SentBody } from '../probe-results.ts';

/** Runs inside of the app's page, beside the app: measures it from there. */
const PIECE_BYTES = 4 * 1024 * 1024;

Object.assign(globalThis, { probe });

function probe(call: ProbeCall): Promise<PageStart | FrameTimes | Passed> {
  switch (call.name) {
    case 'start':
      return start(call.rows);
    case 'scroll':
      return scroll(call.frames, call.step);
    case 'put':
      return put(call);
    case 'get':
      return get(call.urls, call.atOnce);
    case 'read':
      return read(call.path);
    case 'hash':
      return inWorker('/bench/hashing-worker.js', call.way);
    case 'read-file':
      return inWorker('/bench/reading-worker.js', call.way);
  }
}

async function start(rows: number): Promise<PageStart> {
  while (document.querySelectorAll('[role=grid] [role=row]').length < rows) await frame();
  await new Promise((resolve) => {
    requestIdleCallback(resolve);
  });
  const interactiveMs = performance.now();
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const scripts = loaded.map(({ name }) => name).filter((name) => name.endsWith('.js') && !name.includes('/bench/'));
  return { firstPaintMs: paint?.startTime ?? Number.NaN, interactiveMs, scripts };
}

/** Scrolls the list by so many pixels in each frame, and back at its end. */
async function scroll(frames: number, step: number): Promise<FrameTimes> {
  const grid = document.querySelector('[role=grid]');
  if (grid === null) throw new Error('there is no list');
  const framesMs: number[] = [];
  let direction = 1;
  let before = await frame();
  for (let count = 0; count < frames; count++) {
    const at = grid.scrollTop;
    grid.scrollTop = at + direction * step;
    if (step > 0 && grid.scrollTop === at) direction = -direction;
    const now = await frame();
    framesMs.push(now - before);
    before = now;
  }
  return { framesMs };
}

/** The bytes of the chosen file, as whoever knows nothing of chunks would send them. */
async function put({ url, atOnce, body: kind }: Extract<ProbeCall, { readonly name: 'put' }>): Promise<Passed> {
  const file = chosenFile();
  const starts = Array.from({ length: Math.ceil(file.size / PIECE_BYTES) }, (_, index) => index * PIECE_BYTES);
  return timed(file.size, () =>
    inTurns(atOnce, starts, async (from) => {
      const body = await bodyOf(file.slice(from, from + PIECE_BYTES), kind);
      const { status } = await fetch(`${url}/${from}`, { method: 'PUT', body });
      if (status !== 200) throw new Error(`the store answered ${status}`);
    }),
  );
}

async function bodyOf(part: Blob, kind: SentBody): Promise<Blob | ArrayBuffer> {
  if (kind === 'part') return part;
  const bytes = await part.arrayBuffer();
  return kind === 'bytes' ? bytes : new Blob([bytes]);
}

async function get(urls: readonly string[], atOnce: number): Promise<Passed> {
  let bytes = 0;
  const { ms } = await timed(0, () =>
    inTurns(atOnce, urls, async (url) => {
      bytes += (await (await fetch(url, { cache: 'no-store' })).arrayBuffer()).byteLength;
    }),
  );
  return { bytes, ms };
}

/** A content, as the service worker puts it together. */
async function read(path: string): Promise<Passed> {
  let bytes = 0;
  const { ms } = await timed(0, async () => {
    const reader = (await fetch(path)).body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) return;
      bytes += part.value.length;
    }
  });
  return { bytes, ms };
}

async function inWorker(script: string, way: string): Promise<Passed> {
  const worker = new Worker(script, { type: 'module' });
  try {
    return await new Promise<Passed>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Passed>) => resolve(data));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage({ way, file: chosenFile() });
    });
  } finally {
    worker.terminate();
  }
}

function chosenFile(): File {
  const [file] = document.querySelector<HTMLInputElement>('#bench-file')?.files ?? [];
  if (file === undefined) throw new Error('no file was chosen');
  return file;
}

async function timed(bytes: number, task: () => Promise<void>): Promise<Passed> {
  const begun = performance.now();
  await task();
  return { bytes, ms: performance.now() - begun };
}

async function inTurns<T>(atOnce: number, all: readonly T[], task: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of left) await task(one);
    }),
  );
}

function frame(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(resolve);
  });
}
