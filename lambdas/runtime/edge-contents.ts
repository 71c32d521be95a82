import { CloudfrontContentSigner } from '../chunks/cloudfront-content-signer.ts';
import type { S3ObjectOptions } from '../chunks/s3-object-store.ts';
import type { Clock } from './clock.ts';
import { readEnvironment, readOptional } from './environment.ts';
import type { KeyRing } from './key-ring.ts';

/** By whom GETs are answered: CloudFront, in a deployment that has it hand out contents, or else S3. */
export function edgeContents(dependencies: {
  readonly keyRing: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}): Pick<S3ObjectOptions, 'contents'> {
  const url = readOptional('CONTENT_URL');
  if (url === undefined) return {};
  const { CONTENT_KEY: generation, CONTENT_KEY_ID: keyId } = readEnvironment(['CONTENT_KEY', 'CONTENT_KEY_ID']);
  return { contents: new CloudfrontContentSigner({ ...dependencies, url, keyId, generation: Number(generation) }) };
}
