import { assert, epochMs } from '@syncline/protocol';
import { type AwsConnection, processConnection } from '../runtime/aws-connection.ts';
import { AwsRequests } from '../runtime/aws-requests.ts';
import { escapeUri } from '../runtime/escape-uri.ts';
import type { ObjectKind } from './object-kind.ts';
import type { ListedObject, RemovableObjects } from './removable-objects.ts';
import type { Segment } from './sweep-index.ts';

export interface S3RemovableOptions {
  readonly bucket: string;
  /** The process's own when absent. */
  readonly connection?: AwsConnection;
}

/** Versions of objects in an S3 bucket. Source: Amazon S3 API Reference, ListObjectVersions and DeleteObject. */
export class S3RemovableObjects implements RemovableObjects {
  readonly #requests: AwsRequests;
  readonly #base: string;

  constructor({ bucket, connection = processConnection('S3') }: S3RemovableOptions) {
    this.#requests = new AwsRequests({ signingName: 's3', connection });
    const { region, endpoint } = connection;
    this.#base =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com/`
        : `${endpoint.replace(/\/$/, '')}/${bucket}/`;
  }

  async list(kind: ObjectKind, { after, limit }: Segment) {
    const [keyMarker = '', versionMarker = ''] = (after ?? '').split(' ');
    const query = [
      'versions=',
      `prefix=${escapeUri(`${kind}/`)}`,
      `max-keys=${limit}`,
      ...(keyMarker === '' ? [] : [`key-marker=${escapeUri(keyMarker)}`]),
      ...(versionMarker === '' ? [] : [`version-id-marker=${escapeUri(versionMarker)}`]),
    ].toSorted();
    const answer = await this.#requests.send({ method: 'GET', url: new URL(`${this.#base}?${query.join('&')}`) });
    assert(answer.status === 200, `S3 does not answer a listing with ${answer.status}`);
    const text = answer.body.toString();
    const objects = [...text.matchAll(/<Version>(.*?)<\/Version>/gs)].map(([, version = '']) => versionOf(version));
    const next = element(text, 'NextKeyMarker');
    if (element(text, 'IsTruncated') !== 'true' || next === undefined) return { objects };
    return { objects, next: `${next} ${element(text, 'NextVersionIdMarker') ?? ''}` };
  }

  async remove({ key, versionId }: { readonly key: string; readonly versionId: string }): Promise<void> {
    const path = key.split('/').map(escapeUri).join('/');
    const { status } = await this.#requests.send({
      method: 'DELETE',
      url: new URL(`${this.#base}${path}?versionId=${escapeUri(versionId)}`),
    });
    assert(
      status === 204 || status === 200 || status === 404,
      `S3 does not answer the removal of a version with ${status}`,
    );
  }
}

/** Keys are ours: they hold nothing that XML would have to escape. */
function versionOf(version: string): ListedObject {
  return {
    key: element(version, 'Key') ?? '',
    versionId: element(version, 'VersionId') ?? '',
    storedAt: epochMs(Date.parse(element(version, 'LastModified') ?? '')),
    size: Number(element(version, 'Size')),
  };
}

function element(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}
