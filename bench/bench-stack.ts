import type { LocalOutputs } from '../test/support/shared-stack.ts';

/** The local stack that all benches of a run share. */
export interface BenchStack {
  readonly outputs: LocalOutputs;
  /** The environment variables of the deployed functions, all together: a name has one value in all of them. */
  functionEnvironment(): Promise<Readonly<Record<string, string>>>;
}

interface FunctionList {
  readonly Functions: readonly { readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> } }[];
}

export function createBenchStack(outputs: LocalOutputs): BenchStack {
  return {
    outputs,
    async functionEnvironment() {
      const response = await fetch(`${outputs.endpoint}/2015-03-31/functions/?MaxItems=50`, {
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${outputs.region}/lambda/aws4_request`,
        },
      });
      const { Functions: functions } = (await response.json()) as FunctionList;
      const variables = functions.map(({ Environment: environment }) => environment?.Variables ?? {});
      const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: outputs.region };
      return Object.assign({}, ...variables, credentials) as Readonly<Record<string, string>>;
    },
  };
}
