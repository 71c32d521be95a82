import { S3ObjectStore } from '../../lambdas/chunks/s3-object-store.ts';
import { AwsRequests } from '../../lambdas/runtime/aws-requests.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { S3RemovableObjects } from '../../lambdas/sweep/s3-removable-objects.ts';
import { awsConnection, createBucket } from '../support/aws-world.ts';
import { describeRemovableObjects } from './removable-objects.ts';

describeRemovableObjects(async () => {
  const bucket = await createBucket();
  const connection = awsConnection();
  const versioned = await new AwsRequests({ signingName: 's3', connection }).send({
    method: 'PUT',
    url: new URL(`${connection.endpoint}/${bucket}?versioning`),
    body: Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
  });
  if (versioned.status !== 200) throw new Error(`the bucket has no versions: ${versioned.status}`);
  return {
    objects: new S3ObjectStore({ bucket, connection, clock: systemClock }),
    removable: new S3RemovableObjects({ bucket, connection }),
  };
});
