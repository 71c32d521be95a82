import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { deriveContentKey, publicContentKey } from './chunks/content-key.ts';
import { answerStack } from './runtime/answer-stack.ts';
import { readEnvironment } from './runtime/environment.ts';
import { SecretsManagerKeyRing } from './runtime/secrets-manager-key-ring.ts';

const { KEY_SECRET_ID } = readEnvironment(['KEY_SECRET_ID']);
const keyRing = new SecretsManagerKeyRing({ secretId: KEY_SECRET_ID });

export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  await answerStack(event, async ({ kind, properties }) => {
    if (kind === 'Delete') return {};
    // What leaves this function is public.
    return { publicKey: publicContentKey(await deriveContentKey({ keyRing }, Number(properties['generation']))) };
  });
}
