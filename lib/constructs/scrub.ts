import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Resources } from '../resources.ts';
import { ApiFunction } from './api-function.ts';
import { callHourly } from './call-hourly.ts';

export interface ScrubProps {
  readonly resources: Resources;
}

/** Looks all the time whether what is recorded is in the bucket, and is what its name says. */
export class Scrub extends Construct {
  constructor(scope: Construct, id: string, { resources }: ScrubProps) {
    super(scope, id);
    const { config, storage } = resources;
    const scrub = new ApiFunction(this, 'Scrub', { functionName: 'scrub', config, resources });
    const isLocal = config.stage === 'local';
    scrub.allow(
      new PolicyStatement({
        actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
        resources: [storage.tables.chunks.tableArn],
        // How far it has come and what it has found stands in one partition, and it can write no other. The emulator does not know the condition.
        ...(isLocal ? {} : { conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['scrub'] } } }),
      }),
    );
    callHourly(this, scrub, { enabled: true });
  }
}
