import type { Page } from 'playwright-core';

export interface Photo {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a landscape is painted from: colours of its sky, its light and its hills, and a number that chooses its shapes. */
export interface Landscape {
  readonly name: string;
  readonly sky: readonly [top: string, horizon: string];
  readonly light: string;
  readonly hills: readonly string[];
  readonly seed: number;
}

const WIDTH = 1440;
const HEIGHT = 960;

/** Paints landscapes as JPEGs in a page. The same landscapes make the same pictures in the same browser. */
export async function paintPhotos(page: Page, landscapes: readonly Landscape[]): Promise<readonly Photo[]> {
  const photos: Photo[] = [];
  for (const landscape of landscapes) {
    const url = await page.evaluate(paint, { landscape, width: WIDTH, height: HEIGHT });
    photos.push({ name: landscape.name, bytes: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') });
  }
  return photos;
}

/** Runs in the page, so all that it needs stands inside of it. */
function paint(wanted: { readonly landscape: Landscape; readonly width: number; readonly height: number }): string {
  const { landscape, width, height } = wanted;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('there is no canvas');
  let state = landscape.seed;
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const sky = context.createLinearGradient(0, 0, 0, height * 0.75);
  sky.addColorStop(0, landscape.sky[0]);
  sky.addColorStop(1, landscape.sky[1]);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  const [sunX, sunY] = [width * (0.25 + chance() * 0.5), height * (0.25 + chance() * 0.2)];
  const glow = context.createRadialGradient(sunX, sunY, 0, sunX, sunY, width * 0.4);
  glow.addColorStop(0, landscape.light);
  glow.addColorStop(0.08, landscape.light);
  glow.addColorStop(0.12, `${landscape.light}66`);
  glow.addColorStop(1, `${landscape.light}00`);
  context.fillStyle = glow;
  context.fillRect(0, 0, width, height);
  for (const [index, colour] of landscape.hills.entries()) {
    const base = height * (0.5 + (0.45 * (index + 1)) / (landscape.hills.length + 1));
    const waves = [1, 2.3, 5.1, 11.7].map((rate) => ({ rate, phase: chance() * 7, rise: (height * 0.09) / rate }));
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 4) {
      const rise = waves.reduce((sum, wave) => sum + Math.sin((x / width) * 6 * wave.rate + wave.phase) * wave.rise, 0);
      context.lineTo(x, base + rise);
    }
    context.lineTo(width, height);
    context.fill();
  }
  return canvas.toDataURL('image/jpeg', 0.85);
}
