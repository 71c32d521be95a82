import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHARTS_FOLDER, drawCharts } from './charts.ts';
import { readKeptRuns } from './kept-results.ts';

/** `npm run charts`: draws the charts of docs/performance.md from the results that are kept. */
await mkdir(CHARTS_FOLDER, { recursive: true });
for (const [file, svg] of drawCharts(readKeptRuns())) await writeFile(join(CHARTS_FOLDER, file), svg);
