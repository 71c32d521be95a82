import * as z from 'zod/mini';
import { AccountId, DeviceId, NamespaceId } from './ids.ts';
import { DEVICE_NAME_CHARS_MAX } from './limits.ts';
import { Instant } from './nodes.ts';

/** Where clients find what they need before they have signed in. No secret is in it. */
export const ConfigurationResponse = z.strictObject({
  protocolVersion: z.int(),
  stage: z.string(),
  region: z.string(),
  /** The user pool's own API; absent when another issuer is configured. */
  userPool: z.optional(z.strictObject({ endpoint: z.string(), userPoolId: z.string(), clientId: z.string() })),
  issuer: z.string(),
  audience: z.string(),
});
export type ConfigurationResponse = z.infer<typeof ConfigurationResponse>;

export const Role = z.enum(['owner', 'editor', 'viewer']);
export type Role = z.infer<typeof Role>;

/** The caller. The first call makes the account and its home namespace; every later one answers the same. */
export const AccountResponse = z.strictObject({
  accountId: AccountId,
  email: z.optional(z.string()),
  homeNamespaceId: NamespaceId,
  quotaBytes: z.int(),
  usedBytes: z.int(),
  createdAt: Instant,
});
export type AccountResponse = z.infer<typeof AccountResponse>;

export const DevicePlatform = z.enum(['linux', 'macos', 'windows', 'web', 'android', 'ios', 'other']);
export const DeviceName = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(DEVICE_NAME_CHARS_MAX), z.regex(/^[^\p{Cc}\p{Cs}/]*$/u));

export const Device = z.strictObject({
  deviceId: DeviceId,
  name: z.string(),
  platform: DevicePlatform,
  createdAt: Instant,
  lastSeenAt: Instant,
  revokedAt: z.optional(Instant),
});
export type Device = z.infer<typeof Device>;

/** The client chooses its device id, so that registering again after a lost answer is the same registration. */
export const RegisterDeviceRequest = z.strictObject({ deviceId: DeviceId, name: DeviceName, platform: DevicePlatform });
export const RenameDeviceRequest = z.strictObject({ name: DeviceName });
export const DeviceParameters = z.strictObject({ deviceId: DeviceId });
export const DeviceResponse = z.strictObject({ device: Device });
export const DevicesResponse = z.strictObject({ devices: z.array(Device) });
