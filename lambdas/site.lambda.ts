import { readFile } from 'node:fs/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { publishSite } from './deployment/publish-site.ts';
import { S3SiteStore } from './deployment/s3-site-store.ts';
import type { SiteFile } from './deployment/site-store.ts';
import { answerStack } from './runtime/answer-stack.ts';
import { readEnvironment } from './runtime/environment.ts';

const { SITE_BUCKET } = readEnvironment(['SITE_BUCKET']);
const store = new S3SiteStore({ bucket: SITE_BUCKET });

/** Where Lambda puts what lib/web-bundle.ts lays into the layer. */
const LAYER = '/opt/site';

export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  await answerStack(event, async ({ kind }) => {
    // The bucket outlives the stack, and with it the files.
    if (kind === 'Delete') return {};
    const files = JSON.parse(await readFile(`${LAYER}/files.json`, 'utf8')) as readonly SiteFile[];
    await publishSite({ store, read: ({ path }) => readFile(`${LAYER}/files${path}`) }, files);
    return {};
  });
}
