import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { deriveOriginKeys } from './deployment/derive-origin-keys.ts';
import { answerStack } from './runtime/answer-stack.ts';
import { readEnvironment } from './runtime/environment.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';

const { KEY_SECRET_ID } = readEnvironment(['KEY_SECRET_ID']);
const keyRing = new SecretsManagerKeyRing({ secretId: KEY_SECRET_ID });

export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  await answerStack(event, async ({ kind, properties }) => {
    if (kind === 'Delete') return {};
    const { current, previous } = await deriveOriginKeys({ keyRing }, Number(properties['generation']));
    return { current, previous };
  });
}
