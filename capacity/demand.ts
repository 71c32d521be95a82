import { SECOND_MS } from '@syncline/protocol';
import { SAFETY_POLL, SOCKET_PING_MS, SOCKET_RENEW_MS, SOCKET_RENEW_SPREAD_MS } from '../client/src/sync/limits.ts';
import type { MeasuredCosts } from './measured-costs.ts';
import { DAY_SECONDS, type Workload } from './workload.ts';

/** The part of a demand that follows what people do, in a second. */
export interface OfPeople {
  readonly apiRequests: number;
  readonly functionRuns: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** What a workload asks of the services, as means for each second; what is held at once, as numbers. */
export interface Demand {
  readonly events: number;
  /** Requests of the HTTP API, of every kind. */
  readonly apiRequests: number;
  /** Of these: looks at the journal that a device makes although its socket is healthy. */
  readonly safetyPolls: number;
  readonly sockets: number;
  readonly socketOpenings: number;
  /** Messages on sockets in both directions. */
  readonly socketMessages: number;
  readonly functionRuns: number;
  readonly functionsAtOnce: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** What of these is there because people change files: only that has peaks, devices go on evenly. */
  readonly ofPeople: OfPeople;
  /** Objects that are written, by devices straight to the store. */
  readonly objectWrites: number;
  readonly objectReads: number;
  readonly bytesOut: number;
  readonly streamRecords: number;
  /** Rows of tables, in bytes. */
  readonly tableBytes: number;
  readonly objects: number;
  readonly documents: number;
  /** Accounts that sign in during a month. */
  readonly monthlyActive: number;
}

/** Bytes of the rows of a chunk with its reference, of a file with its revision and name, and of a journal entry. */
const CHUNK_ROW_BYTES = 400;
const FILE_ROWS_BYTES = 1200;
const ENTRY_BYTES = 600;
/** Entries are kept in the table for so long. */
const JOURNAL_DAYS = 365;
/** Of the accounts, those that sign in during a month, for each that is active on a day. */
const MONTHLY_FOR_DAILY = 1.5;

/** The arithmetic of the plan: no queueing, no luck; peaks are means times the workload's factor. */
export function demandOf(workload: Workload, costs: MeasuredCosts): Demand {
  const { eventsPerDay, dailyActive, devices, connectedHours, toldDevices, newChunksPerEvent } = workload;
  const events = eventsPerDay / DAY_SECONDS;
  const sockets = (dailyActive * devices * connectedHours) / 24;
  const socketOpenings = sockets / ((SOCKET_RENEW_MS - SOCKET_RENEW_SPREAD_MS / 2) / SECOND_MS);
  const safetyPolls = sockets / ((SAFETY_POLL.delayMsMax * (1 + SAFETY_POLL.shareMin)) / 2 / SECOND_MS);
  const deltas = events * toldDevices;
  const reads = events * toldDevices;
  // A new socket takes a ticket, and a look at the journal.
  const ofPeople: OfPeople = {
    apiRequests: events * costs.apiCallsPerFile + deltas + reads,
    functionRuns: events * (costs.apiCallsPerFile + 1) + deltas + reads,
    writeUnits: events * (costs.writeUnitsPerFile + 2 * Math.max(0, newChunksPerEvent - 1)),
    readUnits: events * costs.readUnitsPerFile + deltas * (costs.readUnitsOfNothing + costs.readUnitsPerEntry),
  };
  const apiRequests = ofPeople.apiRequests + safetyPolls + socketOpenings * 2;
  // A ping and its answer are two messages, whoever answers.
  const pings = sockets / (SOCKET_PING_MS / SECOND_MS);
  const functionRuns = ofPeople.functionRuns + safetyPolls + socketOpenings * 4 + pings * workload.pingRuns;
  return {
    events,
    apiRequests,
    safetyPolls,
    sockets,
    socketOpenings,
    socketMessages: 2 * pings + events * toldDevices,
    functionRuns,
    functionsAtOnce: (functionRuns * workload.functionMs) / SECOND_MS,
    writeUnits: ofPeople.writeUnits + socketOpenings * 2,
    readUnits: ofPeople.readUnits + (safetyPolls + socketOpenings) * costs.readUnitsOfNothing,
    ofPeople,
    objectWrites: events * newChunksPerEvent,
    objectReads: events * newChunksPerEvent * toldDevices,
    bytesOut: events * workload.bytesPerEvent * toldDevices,
    streamRecords: events,
    tableBytes:
      (workload.storedBytes / workload.chunkBytes) * CHUNK_ROW_BYTES +
      workload.users * workload.filesPerUser * FILE_ROWS_BYTES +
      eventsPerDay * JOURNAL_DAYS * ENTRY_BYTES,
    objects: workload.storedBytes / workload.objectBytes,
    documents: workload.users * workload.filesPerUser,
    monthlyActive: Math.min(workload.users, dailyActive * MONTHLY_FOR_DAILY),
  };
}
