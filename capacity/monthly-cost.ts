import type { Demand } from './demand.ts';
import { priceOf } from './prices.ts';
import { DAY_SECONDS, MONTH_DAYS, type Workload } from './workload.ts';

export interface CostLine {
  readonly service: string;
  readonly of: string;
  readonly dollars: number;
}

/** Memory that a function has in the mean, in GB. */
const FUNCTION_GB = 1;
/** Bytes that one run of a function logs. */
const LOG_BYTES = 700;
const MONTH_SECONDS = DAY_SECONDS * MONTH_DAYS;

/** What a month costs, a line for each thing that is paid for; search is apart, because it is chosen by configuration. */
export function monthlyCostOf(workload: Workload, demand: Demand): readonly CostLine[] {
  const runs = inMonth(demand.functionRuns);
  return [
    line('S3', 'bytes stored', priceOf('storedByte', workload.storedBytes)),
    line('S3', 'objects written', priceOf('objectWrite', inMonth(demand.objectWrites))),
    line('S3', 'objects read', priceOf('objectRead', inMonth(demand.objectReads))),
    line('CloudFront', 'bytes out', priceOf('edgeByte', inMonth(demand.bytesOut))),
    line('CloudFront', 'requests', priceOf('edgeRequest', inMonth(demand.objectReads))),
    line('DynamoDB', 'write units', priceOf('writeUnit', inMonth(demand.writeUnits))),
    line('DynamoDB', 'read units', priceOf('readUnit', inMonth(demand.readUnits))),
    line(
      'DynamoDB',
      'rows and their backup',
      priceOf('tableByte', demand.tableBytes) + priceOf('backupByte', demand.tableBytes),
    ),
    line('API Gateway', 'HTTP requests', priceOf('httpRequest', inMonth(demand.apiRequests))),
    line('API Gateway', 'minutes of sockets', priceOf('socketMinute', inMonth(demand.sockets) / 60)),
    line('API Gateway', 'messages of sockets', priceOf('socketMessage', inMonth(demand.socketMessages))),
    line('Lambda', 'runs', priceOf('functionRun', runs)),
    line('Lambda', 'time', priceOf('functionSecond', (runs * workload.functionMs * FUNCTION_GB) / 1000)),
    line('SQS', 'requests', priceOf('queueRequest', inMonth(demand.events * 3))),
    line('Cognito', 'accounts that sign in', priceOf('monthlyActive', demand.monthlyActive)),
    line('CloudWatch', 'logs', priceOf('logByte', runs * LOG_BYTES)),
  ];
}

function inMonth(perSecond: number): number {
  return perSecond * MONTH_SECONDS;
}

function line(service: string, of: string, dollars: number): CostLine {
  return { service, of, dollars };
}
