import { memory, seconds } from './function-sizes.ts';
import type { FunctionSpec } from './function-spec.ts';

/** The part of the deployed functions (functions.ts) that a deployment itself calls. */
export const deploymentFunctions = {
  /** Called by CloudFormation where there is a web app: makes the keys by which the API knows CloudFront. */
  'origin-key': {
    routes: [],
    access: { keySecret: true },
    settings: [],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.usual,
  },
  /** Called by CloudFormation where CloudFront hands out contents: makes the public keys of their addresses. What it may read stands in lib/constructs/content-edge.ts. */
  'content-key': {
    routes: [],
    access: {},
    settings: [],
    memoryMiB: memory.small,
    timeoutSeconds: seconds.usual,
  },
  /** Called by CloudFormation where there is a web app: puts its files into their bucket, where alone it may write (lib/stacks/web-stack.ts). */
  site: {
    routes: [],
    access: {},
    settings: [],
    memoryMiB: memory.usual,
    timeoutSeconds: seconds.index,
  },
} as const satisfies Record<string, FunctionSpec>;
