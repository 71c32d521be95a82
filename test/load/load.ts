/**
 * `npm run load -- --devices N --minutes M --seed S`: many devices at once on one service, while it is throttled, fails, loses sockets and
 * is slow. Prints how long changes took, how long recovering took, and what it cost; ends with 1 when an invariant was broken, or something
 * took longer than it may.
 */
import { parseArgs } from 'node:util';
import { readKeptRuns } from '../../bench/kept-results.ts';
import { readMeasuredCosts } from '../../capacity/measured-costs.ts';
import { formatLoad } from './load-report.ts';
import { LoadRun } from './load-run.ts';
import { missedTimes } from './missed-times.ts';
import { syncCostOf } from './sync-cost.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const measured = readMeasuredCosts(readKeptRuns());
if (measured.outcome === 'missing') throw new Error(measured.remedy);
const [devices, minutes, seed] = [Number(values.devices), Number(values.minutes), Number(values.seed)];
const result = await new LoadRun({ devices, minutes, seed }).run();
console.log(formatLoad(result, syncCostOf(result, measured.costs)));
console.log(`Again: npm run load -- --devices ${devices} --minutes ${minutes} --seed ${seed}`);
process.exitCode = result.violation === undefined && missedTimes(result).length === 0 ? 0 : 1;
