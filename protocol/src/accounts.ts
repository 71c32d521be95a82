import * as z from 'zod/mini';
import { AccountId, ContentHash, DeviceId, NamespaceId, NodeId } from './ids.ts';
import { CELLS_MAX, DEVICE_NAME_CHARS_MAX, WIPE_FILES_MAX } from './limits.ts';
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
  /** Bases of the API of all cells, where there are several, such as `https://c7.example.com`. */
  cells: z.optional(z.array(z.string()).check(z.maxLength(CELLS_MAX))),
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
  /** May ask the routes for who runs the deployment. */
  isOperator: z.optional(z.literal(true)),
});
export type AccountResponse = z.infer<typeof AccountResponse>;

export const DevicePlatform = z.enum(['linux', 'macos', 'windows', 'web', 'android', 'ios', 'other']);
export const DeviceName = z
  .string()
  .check(z.trim(), z.minLength(1), z.maxLength(DEVICE_NAME_CHARS_MAX), z.regex(/^[^\p{Cc}\p{Cs}/]*$/u));

/** How far a device is behind: entries that it has not read yet, and how long ago the first of them was made. */
export const DeviceLag = z.strictObject({ entries: z.int(), seconds: z.int() });
export type DeviceLag = z.infer<typeof DeviceLag>;

/**
 * What a device that was unlinked is to do about the files that it has synced: remove those that the service has, and keep all others.
 * `done` with their numbers once it has said so.
 */
export const DeviceWipe = z.strictObject({
  state: z.enum(['asked', 'done']),
  removedFiles: z.optional(z.int().check(z.minimum(0))),
  keptFiles: z.optional(z.int().check(z.minimum(0))),
});
export type DeviceWipe = z.infer<typeof DeviceWipe>;

/** `lag` is told in listings, of a device that has ever read changes and is not unlinked. */
export const Device = z.strictObject({
  deviceId: DeviceId,
  name: z.string(),
  platform: DevicePlatform,
  createdAt: Instant,
  lastSeenAt: Instant,
  revokedAt: z.optional(Instant),
  wipe: z.optional(DeviceWipe),
  lag: z.optional(DeviceLag),
});
export type Device = z.infer<typeof Device>;

/** The client chooses its device id, so that registering again after a lost answer is the same registration. */
export const RegisterDeviceRequest = z.strictObject({ deviceId: DeviceId, name: DeviceName, platform: DevicePlatform });
export const RenameDeviceRequest = z.strictObject({ name: DeviceName });
/** `wipe` asks the device to remove what it has synced. */
export const UnlinkDeviceQuery = z.strictObject({ wipe: z.optional(z.literal('true')) });
/** Files that a device has removed because it was asked to, and files that it has kept because the service does not have them as they are. */
export const ReportWipeRequest = z.strictObject({
  removedFiles: z.int().check(z.minimum(0)),
  keptFiles: z.int().check(z.minimum(0)),
});
/** Contents that a device is about to remove, as it has last agreed on them, all of one namespace. */
export const CheckWipeRequest = z.strictObject({
  namespaceId: NamespaceId,
  files: z
    .array(z.strictObject({ nodeId: NodeId, contentRev: z.int().check(z.minimum(1)), contentHash: ContentHash }))
    .check(z.minLength(1), z.maxLength(WIPE_FILES_MAX)),
});
/** Those of them that the service does not keep, not even as an earlier revision or in the trash. */
export const CheckWipeResponse = z.strictObject({ missing: z.array(NodeId) });
export const DeviceParameters = z.strictObject({ deviceId: DeviceId });
export const DeviceResponse = z.strictObject({ device: Device });
export const DevicesResponse = z.strictObject({ devices: z.array(Device) });
