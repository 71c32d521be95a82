import { connectDaemon } from '../daemon/control-client.ts';
import { ControlError } from '../daemon/control-error.ts';
import { SOFTWARE_VERSION } from '../daemon/software-version.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

/** Whether a daemon runs, answers, and is of this version. */
export async function checkBackground(home: string): Promise<Finding> {
  const daemon = await connectDaemon(home);
  if (daemon === undefined) {
    return warning('background', 'Syncline does not run in the background.', 'Start it with `syncline start`.');
  }
  try {
    const { version, pid } = await daemon.request('hello', {});
    if (version === SOFTWARE_VERSION) return fine('background', `Syncline runs in the background (process ${pid}).`);
    const message = `Version ${version} runs in the background (process ${pid}), and this is version ${SOFTWARE_VERSION}.`;
    return warning('background', message, 'Start it anew: `syncline stop`, then `syncline start`.');
  } catch (failure) {
    if (!(failure instanceof ControlError)) throw failure;
    return problem('background', failure.message, failure.remedy ?? 'Start it anew.');
  } finally {
    daemon.close();
  }
}
