import { assert, HOUR_MS, MiB, SECOND_MS } from '@syncline/protocol';

/** What a deployment is planned for. All rates are means; `peakFactor` says how far a busy hour is above them. */
export interface Workload {
  readonly users: number;
  /** Accounts that are seen on a day. */
  readonly dailyActive: number;
  /** Files that are made or edited on a day, by all together. */
  readonly eventsPerDay: number;
  /** Bytes that are stored, each once. */
  readonly storedBytes: number;
  /** Devices of an active account, browsers among them. */
  readonly devices: number;
  /** Hours of a day that a device holds its socket. */
  readonly connectedHours: number;
  readonly newChunksPerEvent: number;
  /** Bytes that one event brings to the store. */
  readonly bytesPerEvent: number;
  /** Other devices that fetch what an event brought. */
  readonly toldDevices: number;
  /** Mean length of what is stored as one object, packs counted once. */
  readonly objectBytes: number;
  /** Mean length of a chunk. */
  readonly chunkBytes: number;
  readonly filesPerUser: number;
  readonly peakFactor: number;
  /** Mean time that a request holds its function, in milliseconds; what AWS bills for. */
  readonly functionMs: number;
  /** Functions that run for each ping of a socket: 0 where API Gateway answers them by itself. */
  readonly pingRuns: number;
}

/** The plan of record: 500 million people, 10 PB, 100 million events a day. */
export const PLANNED: Workload = {
  users: 500e6,
  dailyActive: 200e6,
  eventsPerDay: 100e6,
  storedBytes: 10e15,
  devices: 1.5,
  connectedHours: 8,
  newChunksPerEvent: 2,
  bytesPerEvent: MiB,
  toldDevices: 2,
  objectBytes: MiB,
  chunkBytes: 512 * 1024,
  filesPerUser: 200,
  peakFactor: 10,
  functionMs: 60,
  pingRuns: 1,
};

export interface WorkloadRefused {
  readonly outcome: 'refused';
  readonly option: string;
  readonly remedy: string;
}

type Bounds = readonly [least: number, most: number];
const COUNT: Bounds = [1, 1e12];
const BOUNDS: Readonly<Record<keyof Workload, Bounds>> = {
  users: COUNT,
  dailyActive: COUNT,
  eventsPerDay: COUNT,
  storedBytes: [1, 1e21],
  devices: [0.01, 1000],
  connectedHours: [0, 24],
  newChunksPerEvent: [0, 1e6],
  bytesPerEvent: [0, 1e12],
  toldDevices: [0, 1e5],
  objectBytes: [1, 8 * MiB],
  chunkBytes: [1, 8 * MiB],
  filesPerUser: [0, 1e9],
  peakFactor: [1, 1000],
  functionMs: [1, 900_000],
  pingRuns: [0, 1],
};

/** The name of an option of the command line for a field: `dailyActive` is `--daily-active`. */
export function optionOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const workloadFields = Object.keys(PLANNED) as readonly (keyof Workload)[];

/** A workload from words as a person types them (`500e6`); what is not said is as planned. */
export function parseWorkload(
  given: Readonly<Record<string, string | undefined>>,
): { readonly outcome: 'parsed'; readonly workload: Workload } | WorkloadRefused {
  const fields: Record<keyof Workload, number> = { ...PLANNED };
  for (const field of workloadFields) {
    const text = given[optionOf(field)];
    if (text === undefined) continue;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const [least, most] = BOUNDS[field];
    if (!(value >= least && value <= most)) {
      const remedy = `Give a number from ${least} to ${most}; "500e6" is five hundred million.`;
      return { outcome: 'refused', option: `--${optionOf(field)} ${text}`, remedy };
    }
    fields[field] = value;
  }
  if (fields.dailyActive > fields.users) {
    const remedy = `No more accounts can be active on a day than there are: give --users as well, or fewer than ${fields.users}.`;
    return { outcome: 'refused', option: `--daily-active ${fields.dailyActive}`, remedy };
  }
  return { outcome: 'parsed', workload: fields };
}

export const DAY_SECONDS = (24 * HOUR_MS) / SECOND_MS;
export const MONTH_DAYS = 30;
assert(DAY_SECONDS === 86_400, 'a day has so many seconds');
