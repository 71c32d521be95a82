import {
  DeviceParameters,
  DeviceResponse,
  DevicesResponse,
  RegisterDeviceRequest,
  RenameDeviceRequest,
  ReportWipeRequest,
  UnlinkDeviceQuery,
} from './accounts.ts';

/** The part of the HTTP contract (routes.ts) that is about the devices of an account. */
export const deviceRoutes = {
  registerDevice: {
    method: 'POST',
    path: '/v1/devices',
    summary: 'Registers this installation as a device of the account.',
    access: 'account',
    body: RegisterDeviceRequest,
    response: DeviceResponse,
  },
  listDevices: {
    method: 'GET',
    path: '/v1/devices',
    summary:
      'All devices of the account, and how far each is behind; to a device that was unlinked, its own row alone.',
    access: 'account',
    isLastWord: true,
    response: DevicesResponse,
  },
  renameDevice: {
    method: 'PATCH',
    path: '/v1/devices/{deviceId}',
    summary: 'Renames a device.',
    access: 'account',
    parameters: DeviceParameters,
    body: RenameDeviceRequest,
    response: DeviceResponse,
  },
  unlinkDevice: {
    method: 'DELETE',
    path: '/v1/devices/{deviceId}',
    summary: 'Revokes a device with its sign-in: it reads and writes nothing more, and its sockets are closed.',
    access: 'account',
    parameters: DeviceParameters,
    query: UnlinkDeviceQuery,
    response: DeviceResponse,
  },
  reportWipe: {
    method: 'POST',
    path: '/v1/devices/{deviceId}/wipe',
    summary: 'Says that a device that was asked to has removed what it had synced.',
    access: 'account',
    isLastWord: true,
    parameters: DeviceParameters,
    body: ReportWipeRequest,
    response: DeviceResponse,
  },
} as const;
