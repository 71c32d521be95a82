import type { ApiClient } from '../api/api-client.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import type { Session } from '../sync/session.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

const SIGN_IN = 'Sign in with `syncline login`.';

/** Whether the service takes the sign-in of this installation, and knows its device. */
export async function checkSignIn(
  session: Pick<Session, 'deviceId' | 'deviceName'> & { readonly api: Pick<ApiClient, 'getAccount' | 'listDevices'> },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const account = await session.api.getAccount({ signal });
    if (!account.ok)
      return [problem('sign-in', `The service refuses the sign-in: ${account.problem.detail}.`, SIGN_IN)];
    const { email, usedBytes, quotaBytes } = account.value;
    const full =
      usedBytes < quotaBytes
        ? []
        : [problem('sign-in', 'The storage of the account is full.', 'Delete what you do not need.')];
    return [
      fine('sign-in', `Signed in${email === undefined ? '' : ` as ${email}`}.`),
      ...full,
      await checkDevice(session, signal),
    ];
  } catch (failure) {
    if (!(failure instanceof UnavailableError)) throw failure;
    return [warning('sign-in', 'The sign-in could not be checked: the service does not answer.', 'Try again later.')];
  }
}

async function checkDevice(session: Parameters<typeof checkSignIn>[0], signal: AbortSignal): Promise<Finding> {
  const answer = await session.api.listDevices({ signal });
  if (!answer.ok) return problem('device', `The devices could not be read: ${answer.problem.detail}.`, SIGN_IN);
  const device = answer.value.devices.find(({ deviceId }) => deviceId === session.deviceId);
  if (device === undefined) return problem('device', 'The account does not know this device.', SIGN_IN);
  if (device.revokedAt === undefined) return fine('device', `The account knows this device as '${device.name}'.`);
  return problem('device', `This device was unlinked on ${device.revokedAt.slice(0, 10)}.`, SIGN_IN);
}
