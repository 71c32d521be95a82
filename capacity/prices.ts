import { assert } from '@syncline/protocol';

/** A price that falls with the amount: each step holds up to `upTo` units of a month. */
export interface Step {
  readonly upTo: number;
  readonly dollars: number;
}

const M = 1e6;
const GB = 1e9;
const TB = 1e12;
const LAST = Number.POSITIVE_INFINITY;
const flat = (dollars: number): readonly Step[] => [{ upTo: LAST, dollars }];

/**
 * Dollars in us-east-1, for one unit each, before discounts. Source: the services' pages of prices, as of November 2026; what is not sure there
 * is said in docs/scale.md.
 */
export const PRICES = {
  httpRequest: [
    { upTo: 300 * M, dollars: 1 / M },
    { upTo: LAST, dollars: 0.9 / M },
  ],
  socketMessage: [
    { upTo: 1000 * M, dollars: 1 / M },
    { upTo: LAST, dollars: 0.8 / M },
  ],
  socketMinute: flat(0.25 / M),
  functionRun: flat(0.2 / M),
  /** Arm, for each GB and second. */
  functionSecond: flat(0.0000133334),
  writeUnit: flat(0.625 / M),
  readUnit: flat(0.125 / M),
  tableByte: flat(0.25 / GB),
  backupByte: flat(0.2 / GB),
  storedByte: [
    { upTo: 50 * TB, dollars: 0.023 / GB },
    { upTo: 500 * TB, dollars: 0.022 / GB },
    { upTo: LAST, dollars: 0.021 / GB },
  ],
  objectWrite: flat(5 / M),
  objectRead: flat(0.4 / M),
  edgeByte: [
    { upTo: 10 * TB, dollars: 0.085 / GB },
    { upTo: 50 * TB, dollars: 0.08 / GB },
    { upTo: 150 * TB, dollars: 0.06 / GB },
    { upTo: 500 * TB, dollars: 0.04 / GB },
    { upTo: 1024 * TB, dollars: 0.03 / GB },
    { upTo: 5000 * TB, dollars: 0.025 / GB },
    { upTo: LAST, dollars: 0.02 / GB },
  ],
  edgeRequest: flat(1 / M),
  queueRequest: flat(0.4 / M),
  logByte: flat(0.5 / GB),
  /** What is paid by the month, whether it is used or not. The first of some are free in every account. */
  secretMonth: flat(0.4),
  alarmMetricMonth: [
    { upTo: 10, dollars: 0 },
    { upTo: LAST, dollars: 0.1 },
  ],
  compositeAlarmMonth: flat(0.5),
  dashboardMonth: [
    { upTo: 3, dollars: 0 },
    { upTo: LAST, dollars: 3 },
  ],
  keyMonth: flat(1),
  webAclMonth: flat(5),
  webAclRuleMonth: flat(1),
  smallSearchNodeHour: flat(0.036),
  largeSearchNodeHour: flat(0.135),
  searchVolumeGiBMonth: flat(0.122),
  /** Cognito Essentials, which the deployment's pool is set to; the first ten thousand are free. */
  monthlyActive: [
    { upTo: 10_000, dollars: 0 },
    { upTo: LAST, dollars: 0.015 },
  ],
} satisfies Readonly<Record<string, readonly Step[]>>;

export type PriceName = keyof typeof PRICES;

/** What an amount of a month costs, step by step. */
export function priceOf(name: PriceName, amount: number): number {
  assert(amount >= 0, 'nobody uses less than nothing');
  let paid = 0;
  let below = 0;
  for (const { upTo, dollars } of PRICES[name]) {
    paid += Math.max(0, Math.min(amount, upTo) - below) * dollars;
    below = upTo;
  }
  return paid;
}
