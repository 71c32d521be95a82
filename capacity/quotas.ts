import type { Demand } from './demand.ts';
import type { Workload } from './workload.ts';

/** A limit of an account in one region, before anybody asks for more. */
export interface Quota {
  readonly service: string;
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  /** AWS raises it when asked. */
  readonly raisable: boolean;
  /** Where it is said. */
  readonly source: string;
  /** What the workload needs of it, at its peak. */
  readonly needed: (demand: Demand, workload: Workload) => number;
}

const GATEWAY = 'API Gateway Developer Guide, "Quotas"';
/** New sockets a second, and how long one lives: there is no other limit on how many there are. */
const OPENINGS_MAX = 500;
const SOCKET_SECONDS_MAX = 7200;

/** Those that a deployment of this kind can reach. Source of each is in it. */
export const QUOTAS: readonly Quota[] = [
  {
    service: 'API Gateway',
    name: 'new sockets a second',
    limit: OPENINGS_MAX,
    unit: '/s',
    raisable: true,
    source: GATEWAY,
    needed: ({ socketOpenings }) => socketOpenings,
  },
  {
    service: 'API Gateway',
    name: 'sockets at once (new ones a second × two hours)',
    limit: OPENINGS_MAX * SOCKET_SECONDS_MAX,
    unit: '',
    raisable: true,
    source: GATEWAY,
    needed: ({ sockets }) => sockets,
  },
  {
    service: 'API Gateway',
    name: 'requests a second, pushes among them',
    limit: 10_000,
    unit: '/s',
    raisable: true,
    source: GATEWAY,
    needed: ({ apiRequests, ofPeople, socketOpenings, socketMessages, events }, { peakFactor, toldDevices }) => {
      const pushes = events * toldDevices;
      const peaking = ofPeople.apiRequests + pushes;
      return apiRequests + socketOpenings + socketMessages + peaking * (peakFactor - 1);
    },
  },
  {
    service: 'Lambda',
    name: 'functions at once',
    limit: 1000,
    unit: '',
    raisable: true,
    source: 'Lambda Developer Guide, "Quotas"',
    needed: ({ functionsAtOnce, functionRuns, ofPeople }, { peakFactor }) =>
      functionsAtOnce * (1 + (ofPeople.functionRuns / functionRuns) * (peakFactor - 1)),
  },
  {
    service: 'DynamoDB',
    name: 'write units a second of a table',
    limit: 40_000,
    unit: '/s',
    raisable: true,
    source: 'DynamoDB Developer Guide, "Quotas"',
    needed: ({ writeUnits, ofPeople }, { peakFactor }) => writeUnits + ofPeople.writeUnits * (peakFactor - 1),
  },
  {
    service: 'DynamoDB',
    name: 'read units a second of a table',
    limit: 40_000,
    unit: '/s',
    raisable: true,
    source: 'DynamoDB Developer Guide, "Quotas"',
    needed: ({ readUnits, ofPeople }, { peakFactor }) => readUnits + ofPeople.readUnits * (peakFactor - 1),
  },
  {
    service: 'Cognito',
    name: 'accounts of a pool',
    limit: 40e6,
    unit: '',
    raisable: true,
    source: 'Cognito Developer Guide, "Quotas"',
    needed: (_, { users }) => users,
  },
  {
    service: 'CloudFront',
    name: 'requests a second of a distribution',
    limit: 250_000,
    unit: '/s',
    raisable: true,
    source: 'CloudFront Developer Guide, "Quotas"',
    needed: ({ objectReads }, { peakFactor }) => objectReads * peakFactor,
  },
  {
    service: 'CloudFront',
    name: 'bits a second of a distribution',
    limit: 150e9,
    unit: 'bit/s',
    raisable: true,
    source: 'CloudFront Developer Guide, "Quotas"',
    needed: ({ bytesOut }, { peakFactor }) => bytesOut * 8 * peakFactor,
  },
];

export interface QuotaUse {
  readonly quota: Quota;
  readonly needed: number;
  /** Needed for the limit: more than 1 does not go. */
  readonly share: number;
}

/** The share of a quota that one cell is planned to use at its peak. */
export const CELL_SHARE_MAX = 0.5;

/** What bites first comes first, and into how many cells a deployment must be cut so that no quota is used by more than half. */
export function useOfQuotas(
  demand: Demand,
  workload: Workload,
): { readonly uses: readonly QuotaUse[]; readonly cells: number } {
  const uses = QUOTAS.map((quota) => {
    const needed = quota.needed(demand, workload);
    return { quota, needed, share: needed / quota.limit };
  }).toSorted((a, b) => b.share - a.share);
  return { uses, cells: Math.max(1, Math.ceil((uses[0]?.share ?? 0) / CELL_SHARE_MAX)) };
}
