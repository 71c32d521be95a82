import { join } from 'node:path';
import { forkService } from './service-process.ts';

const PROGRAM = join(import.meta.dirname, 'local-service-process.ts');

/** Who every request comes from: the bench measures one account at a time. */
export interface BenchCaller {
  readonly issuer: string;
  readonly subject: string;
}

/** The real handlers behind HTTP, without an emulator of Lambda between, so that the calls they make can be counted. */
export interface LocalService {
  readonly url: string;
  stop(): void;
}

export async function startLocalService(
  environment: Readonly<Record<string, string>>,
  caller: BenchCaller,
): Promise<LocalService> {
  const { url, child } = await forkService({ file: PROGRAM, args: [JSON.stringify(caller)], environment });
  return { url, stop: () => void child.kill() };
}
