import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHARTS_FOLDER, CHARTS_PAGE, drawCharts, showCharts } from './charts.ts';
import { readKeptRuns } from './kept-results.ts';

/** `npm run charts`: draws what is kept of `npm run bench -- --save`, and shows it in docs/performance.md. */
const charts = drawCharts(readKeptRuns());
await rm(CHARTS_FOLDER, { recursive: true, force: true });
await mkdir(CHARTS_FOLDER);
for (const [file, svg] of charts) await writeFile(join(CHARTS_FOLDER, file), svg);
await writeFile(CHARTS_PAGE, showCharts(await readFile(CHARTS_PAGE, 'utf8'), charts));
