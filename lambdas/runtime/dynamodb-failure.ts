import type { CancellationReason, Item } from './dynamodb-api.ts';

/** A refusal of DynamoDB; its name is AWS's own. */
export class DynamodbRefusal extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The condition of a write did not hold, and nothing was written. */
export class ConditionalCheckFailedException extends DynamodbRefusal {
  /** What stands there, if something does and the write asked for it. */
  readonly item: Item | undefined;

  constructor(message: string, item?: Item) {
    super('ConditionalCheckFailedException', message);
    this.item = item;
  }
}

/** A transaction was refused, and nothing was written. */
export class TransactionCanceledException extends DynamodbRefusal {
  /** One for each write, in the order of the writes. */
  readonly reasons: readonly CancellationReason[];

  constructor(message: string, reasons: readonly CancellationReason[]) {
    super('TransactionCanceledException', message);
    this.reasons = reasons;
  }
}

/** Refusals for load, and for another call that is under way: the same call may succeed later. */
const PASSING: ReadonlySet<string> = new Set([
  'InternalServerError',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** What stands in the body of a refusal. */
interface RefusalBody {
  /** `<namespace>#<name>`. */
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly Item?: Item;
  readonly CancellationReasons?: readonly CancellationReason[];
}

export function isPassingRefusal(body: Buffer): boolean {
  return PASSING.has(nameOf(parseBody(body)));
}

export function refusalOf(body: Buffer): DynamodbRefusal {
  const parsed = parseBody(body);
  const name = nameOf(parsed);
  const message = parsed.message ?? parsed.Message ?? '';
  switch (name) {
    case 'ConditionalCheckFailedException':
      return new ConditionalCheckFailedException(message, parsed.Item);
    case 'TransactionCanceledException':
      return new TransactionCanceledException(message, parsed.CancellationReasons ?? []);
    default:
      return new DynamodbRefusal(name, message);
  }
}

/** False when the write's condition did not hold, and then nothing was written. */
export async function isAccepted(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function nameOf({ __type: type = '' }: RefusalBody): string {
  const name = type.slice(type.indexOf('#') + 1);
  return name === '' ? 'UnknownRefusal' : name;
}

/** Something between us and DynamoDB may answer with anything. */
function parseBody(body: Buffer): RefusalBody {
  try {
    return JSON.parse(body.toString()) as RefusalBody;
  } catch {
    // A refusal that is not JSON has no name, and the caller is told so.
    return {};
  }
}
