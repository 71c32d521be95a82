import { MINUTE_MS, SECOND_MS } from '@syncline/protocol';
import { drawLineChart } from '../bench/line-chart.ts';
import type { MeasuredCosts } from './measured-costs.ts';
import { type CapacityReport, reportCapacity, shortNumber } from './report.ts';
import { herdScenes, hotNamespaceScenes, type ReconnectScenes, viralLinkScenes } from './storms/scenes.ts';
import type { ThrottledOutcome } from './storms/throttled-requests.ts';
import { PLANNED, type Workload } from './workload.ts';

/** Ten people and a terabyte, who leave their machines on through the day. */
const TEAM: Workload = {
  ...PLANNED,
  users: 10,
  dailyActive: 10,
  eventsPerDay: 2000,
  storedBytes: 1e12,
  devices: 2,
  filesPerUser: 20_000,
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [
    `| ${head.join(' | ')} |`,
    `| --- |${' --: |'.repeat(head.length - 1)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

const money = (dollars: number) => (dollars < 1000 ? `$${dollars.toFixed(2)}` : `$${shortNumber(dollars)}`);
const seconds = (ms: number) => `${Number((ms / SECOND_MS).toPrecision(3))} s`;

/** What stands between the marks of docs/scale.md. */
export function scaleFigures(costs: MeasuredCosts, reconnects: ReconnectScenes): ReadonlyMap<string, string> {
  const [plan, team] = [reportCapacity(PLANNED, costs), reportCapacity(TEAM, costs)];
  return new Map([
    ['demand', demandTable(plan)],
    ['costs', costTable(plan, team)],
    ['quotas', quotaTable(plan)],
    ['reconnects', reconnectTable(reconnects)],
    ['hot namespace', hotNamespaceTable()],
    ['herd', herdTables()],
    ['link', linkTables()],
  ]);
}

function demandTable({ demand }: CapacityReport): string {
  const rows: readonly (readonly [string, number])[] = [
    ['files made or edited', demand.events],
    ['requests of the API', demand.apiRequests],
    ['of these, looks at the journal with a healthy socket', demand.safetyPolls],
    ['sockets at once', demand.sockets],
    ['sockets opened', demand.socketOpenings],
    ['messages on sockets', demand.socketMessages],
    ['functions at once', demand.functionsAtOnce],
    ['write units', demand.writeUnits],
    ['read units', demand.readUnits],
    ['objects written', demand.objectWrites],
    ['bytes out', demand.bytesOut],
  ];
  return table(
    ['in a second, in the mean', ''],
    rows.map(([name, value]) => [name, shortNumber(value)]),
  );
}

function costTable(plan: CapacityReport, team: CapacityReport): string {
  const rows = plan.lines.map(({ service, of, dollars }, index) => [
    `${service}: ${of}`,
    money(dollars),
    money(team.lines[index]?.dollars ?? Number.NaN),
  ]);
  return table(
    ['a month', '500 million accounts, 10 PB', 'ten people, 1 TB'],
    [
      ...rows,
      ['**all together, without search**', `**${money(plan.dollars)}**`, `**${money(team.dollars)}**`],
      ['for one account', money(plan.dollars / PLANNED.users), money(team.dollars / TEAM.users)],
    ],
  );
}

function quotaTable({ uses, cells }: CapacityReport): string {
  const rows = uses.map(({ quota, needed, share }) => [
    `${quota.service}: ${quota.name}`,
    shortNumber(quota.limit),
    shortNumber(needed),
    `${shortNumber(share)} ×`,
  ]);
  return `${table(['quota of one account in one region', 'granted', 'needed at the peak', 'share'], rows)}\n\nCells, each below half of every quota: **${cells}**.`;
}

function reconnectTable(scenes: ReconnectScenes): string {
  const rows = scenes.map(({ share, outcome }) => [
    `${shortNumber(share * 3.6e6)} (${share * 100} %)`,
    `${Math.round(outcome.halfMs / MINUTE_MS)} min`,
    `${Math.round(outcome.mostMs / MINUTE_MS)} min`,
    shortNumber(outcome.attemptsPerSecondMost * 20),
    shortNumber(outcome.pollsPerSecondMost * 20),
  ]);
  return table(
    [
      'sockets of the API, of the most',
      'half are back after',
      '99 % after',
      'attempts in the busiest second',
      'polls in it',
    ],
    rows,
  );
}

function hotNamespaceTable(): string {
  const rows = hotNamespaceScenes().map(({ writers, outcome }) => [
    String(writers),
    outcome.commitsPerSecond.toFixed(1),
    outcome.transactionsPerCommit.toFixed(2),
    `${Math.round(outcome.p50Ms)} ms`,
    seconds(outcome.p99Ms),
    String(outcome.lost),
  ]);
  return table(['writers', 'commits a second', 'transactions for one', 'p50', 'p99', 'given up in ten minutes'], rows);
}

function throttleTable(outcomes: ReadonlyMap<string, ThrottledOutcome>): string {
  const rows = [...outcomes].map(([kind, { requests, refused, lost, p50Ms, p99Ms }]) => [
    kind,
    shortNumber(requests),
    `${((100 * refused) / requests).toFixed(1)} %`,
    shortNumber(lost),
    seconds(p50Ms),
    seconds(p99Ms),
  ]);
  return table(['', 'requests', 'refused for now', 'given up', 'p50', 'p99'], rows);
}

function herdTables(): string {
  return herdScenes()
    .map(({ pushesPerSecond, outcomes }) => `${pushesPerSecond} devices told a second:\n\n${throttleTable(outcomes)}`)
    .join('\n\n');
}

function linkTables(): string {
  return viralLinkScenes()
    .map(({ ownPerSecond, outcomes }) => {
      const title =
        ownPerSecond === undefined ? 'Without a throttle of its own:' : `With one of ${ownPerSecond} a second:`;
      return `${title}\n\n${throttleTable(outcomes)}`;
    })
    .join('\n\n');
}

/** The pictures of docs/scale.md, by the names of their files. */
export function scaleCharts(scenes: ReconnectScenes): ReadonlyMap<string, string> {
  const lines = scenes.map(({ share, outcome }) => ({
    label: `${shortNumber(share * 3.6e6)} sockets`,
    points: outcome.minutes.map(({ connected }, minute) => [minute + 1, connected * 100] as const),
  }));
  const polls = scenes.map(({ share, outcome }) => ({
    label: `${shortNumber(share * 3.6e6)} sockets`,
    points: outcome.minutes.map((minute, index) => [index + 1, minute.polls * 20] as const),
  }));
  const xAxis = 'minutes since the service went away, for ten of them';
  return new Map([
    ['reconnects.svg', drawLineChart({ title: 'Devices with a socket', xAxis, yAxis: '%', lines })],
    ['polls.svg', drawLineChart({ title: 'Polls of those without', xAxis, yAxis: 'a second', lines: polls })],
  ]);
}
