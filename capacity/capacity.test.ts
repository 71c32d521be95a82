import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KeptRun } from '../bench/kept-results.ts';
import { demandOf } from './demand.ts';
import { type MeasuredCosts, readMeasuredCosts } from './measured-costs.ts';
import { priceOf } from './prices.ts';
import { useOfQuotas } from './quotas.ts';
import { formatReport, reportCapacity, shortNumber } from './report.ts';
import { optionOf, PLANNED, parseWorkload, type Workload, workloadFields } from './workload.ts';

const COSTS: MeasuredCosts = {
  apiCallsPerFile: 2,
  writeUnitsPerFile: 15,
  readUnitsPerFile: 13,
  readUnitsOfNothing: 2,
  readUnitsPerEntry: 0.1,
  sources: ['a test'],
};
const SMALL: Workload = { ...PLANNED, users: 10, dailyActive: 5, eventsPerDay: 1000, storedBytes: 1e12, devices: 2 };

describe('a workload', () => {
  test('is as planned where nothing is said, and as said elsewhere', () => {
    expect(parseWorkload({})).toEqual({ outcome: 'parsed', workload: PLANNED });
    const parsed = parseWorkload({ users: '1e9', 'daily-active': '3e8' });
    expect(parsed).toEqual({ outcome: 'parsed', workload: { ...PLANNED, users: 1e9, dailyActive: 3e8 } });
  });

  test.each(['many', '', ' ', '-1', 'NaN', 'Infinity', '0x', '1e99'])(
    'refuses "%s" for every field, by its name',
    (text) => {
      for (const field of workloadFields) {
        const answer = parseWorkload({ [optionOf(field)]: text });
        expect(answer).toMatchObject({ outcome: 'refused', option: `--${optionOf(field)} ${text}` });
      }
    },
  );

  test('refuses more active accounts than there are', () => {
    expect(parseWorkload({ users: '10' })).toMatchObject({ outcome: 'refused', option: '--daily-active 200000000' });
  });
});

describe('prices', () => {
  test('fall by steps: what is below a step is paid at the price below it', () => {
    expect(priceOf('httpRequest', 300e6)).toBeCloseTo(300, 6);
    expect(priceOf('httpRequest', 400e6)).toBeCloseTo(390, 6);
    expect(priceOf('monthlyActive', 10_000)).toBe(0);
    expect(priceOf('storedByte', 10e15)).toBeCloseTo(50e3 * 0.023 + 450e3 * 0.022 + 9500e3 * 0.021, 3);
  });

  test('never fall in all when more is used', () => {
    const amount = fc.double({ min: 0, max: 1e18, noNaN: true });
    fc.assert(
      fc.property(amount, amount, (one, other) => {
        for (const name of ['storedByte', 'edgeByte', 'monthlyActive', 'socketMessage'] as const) {
          expect(priceOf(name, Math.max(one, other))).toBeGreaterThanOrEqual(priceOf(name, Math.min(one, other)));
        }
      }),
    );
  });
});

describe('the plan', () => {
  test('has a second for 1,157 events, and reads its costs of units from what was measured', () => {
    const demand = demandOf(PLANNED, COSTS);
    expect(Math.round(demand.events)).toBe(1157);
    const dearer = demandOf(PLANNED, { ...COSTS, writeUnitsPerFile: COSTS.writeUnitsPerFile + 1 });
    expect(dearer.writeUnits - demand.writeUnits).toBeCloseTo(demand.events, 6);
  });

  test('costs less than a cent more for each account when there are ten times as many: the cost of one does not grow', () => {
    const tenfold: Workload = {
      ...SMALL,
      users: SMALL.users * 10,
      dailyActive: SMALL.dailyActive * 10,
      eventsPerDay: SMALL.eventsPerDay * 10,
      storedBytes: SMALL.storedBytes * 10,
    };
    const one = reportCapacity(SMALL, COSTS).dollars / SMALL.users;
    expect(reportCapacity(tenfold, COSTS).dollars / tenfold.users - one).toBeLessThan(0.01);
  });

  test('needs one cell for ten people, and as many as half of the tightest quota asks for when there are more', () => {
    expect(useOfQuotas(demandOf(SMALL, COSTS), SMALL).cells).toBe(1);
    const { uses, cells } = useOfQuotas(demandOf(PLANNED, COSTS), PLANNED);
    expect(cells).toBe(Math.ceil((uses[0]?.share ?? 0) * 2));
    expect(uses.map(({ share }) => share)).toEqual(uses.map(({ share }) => share).toSorted((a, b) => b - a));
  });

  test('is printed with every option, line and quota', () => {
    const report = reportCapacity(PLANNED, COSTS);
    const text = formatReport(report);
    for (const field of workloadFields) expect(text).toContain(`--${optionOf(field)}`);
    for (const { service, of } of report.lines) expect(text).toContain(`${service}: ${of}`);
    for (const { quota } of report.uses) expect(text).toContain(quota.name);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('measured costs', () => {
  const runOf = (names: readonly string[]): KeptRun => ({
    measuredAt: '2026-11-26T00:00:00Z',
    commit: 'abc1234',
    machine: { cpu: 'x', cores: 2, memoryGiB: 24, system: 'linux', node: '24' },
    scale: 1,
    results: { 'request-costs': { question: '', figures: names.map((name) => ({ name, value: 7, unit: '' })) } },
  });

  test('that were never kept, or not all of them, are asked for by the command that measures them', () => {
    for (const runs of [[], [runOf(['one new small file: API calls'])]]) {
      const answer = readMeasuredCosts(runs);
      expect(answer.outcome).toBe('missing');
      expect(answer.outcome === 'missing' ? answer.remedy : '').toContain(
        'npm run bench -- --only request-costs --save',
      );
    }
  });
});

test.each([
  [0, '0'],
  [999, '999'],
  [1157.4, '1.16 k'],
  [40e6, '40 M'],
  [10e15, '10 P'],
])('%p is written %p', (value, text) => {
  expect(shortNumber(value)).toBe(text);
});
