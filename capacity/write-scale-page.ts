/** `npm run scale`: writes the figures of docs/scale.md, between its marks, and draws its charts. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '@syncline/protocol';
import { readKeptRuns } from '../bench/kept-results.ts';
import { readMeasuredCosts } from './measured-costs.ts';
import { scaleCharts, scaleFigures } from './scale-figures.ts';
import { reconnectScenes } from './storms/scenes.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'scale.md');
const CHARTS = join(import.meta.dirname, '..', 'docs', 'scale');

const measured = readMeasuredCosts(readKeptRuns());
assert(measured.outcome === 'read', 'measured costs are kept in bench/results');
const reconnects = reconnectScenes();
let page = await readFile(PAGE, 'utf8');
for (const [name, text] of scaleFigures(measured.costs, reconnects)) {
  const [begin, end] = [`<!-- ${name}: written by npm run scale -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  assert(from >= 0 && to > from, `docs/scale.md has a place for ${name}`);
  page = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
await writeFile(PAGE, page);
await mkdir(CHARTS, { recursive: true });
for (const [file, svg] of scaleCharts(reconnects)) await writeFile(join(CHARTS, file), svg);
