/**
 * The part of DynamoDB's API that the service uses, in the words of AWS and as it stands in JSON on the wire.
 * Source: Amazon DynamoDB API Reference.
 */

/** One value; exactly one member is there. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  /** Bytes in base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

export type Item = Readonly<Record<string, AttributeValue>>;

interface Condition {
  readonly TableName: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  /** With it a refusal carries the item that stands there. */
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

export interface Put extends Condition {
  readonly Item: Item;
}

export interface Update extends Condition {
  readonly Key: Item;
  readonly UpdateExpression: string;
}

export interface Delete extends Condition {
  readonly Key: Item;
}

/** One write of a transaction: exactly one member is there. */
export interface TransactWriteItem {
  readonly Put?: Put;
  readonly Update?: Update;
  readonly Delete?: Delete;
}

/** The attributes of rows that are answered; all when absent. */
export interface Projection {
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

interface KeysAndAttributes {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
}

interface Get extends Projection {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
}

export interface Query extends Projection {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly ScanIndexForward?: boolean;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}

export interface Scan {
  readonly TableName: string;
  readonly ConsistentRead?: boolean;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Item;
}

/** What each action is asked with. */
export interface DynamodbRequests {
  readonly GetItem: Get;
  readonly PutItem: Put;
  readonly UpdateItem: Update & { readonly ReturnValues?: 'ALL_NEW' };
  readonly DeleteItem: Delete & { readonly ReturnValues?: 'ALL_OLD' };
  readonly Query: Query;
  readonly Scan: Scan;
  readonly BatchGetItem: { readonly RequestItems: Readonly<Record<string, KeysAndAttributes>> };
  readonly BatchWriteItem: { readonly RequestItems: Readonly<Record<string, readonly WriteRequest[]>> };
  readonly TransactWriteItems: {
    readonly TransactItems: readonly TransactWriteItem[];
    /** Names the call: repeats of it within ten minutes are one transaction. */
    readonly ClientRequestToken?: string;
  };
}

/** What each action answers. */
export interface DynamodbAnswers {
  readonly GetItem: { readonly Item?: Item };
  readonly PutItem: object;
  readonly UpdateItem: { readonly Attributes?: Item };
  readonly DeleteItem: { readonly Attributes?: Item };
  readonly Query: { readonly Items?: readonly Item[]; readonly LastEvaluatedKey?: Item };
  readonly Scan: { readonly Items?: readonly Item[]; readonly LastEvaluatedKey?: Item };
  readonly BatchGetItem: {
    readonly Responses?: Readonly<Record<string, readonly Item[]>>;
    readonly UnprocessedKeys?: Readonly<Record<string, KeysAndAttributes>>;
  };
  readonly BatchWriteItem: {
    readonly UnprocessedItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  };
  readonly TransactWriteItems: object;
}

export type DynamodbAction = keyof DynamodbRequests;

/** Why one write of a cancelled transaction was refused; `None` when it was not. */
export interface CancellationReason {
  readonly Code?: string;
}
