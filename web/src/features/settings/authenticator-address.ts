/**
 * The address by which an authenticator app takes up a secret.
 * Source: Key URI Format of Google Authenticator.
 */
export function authenticatorAddress(secret: string, email: string): string {
  const label = encodeURIComponent(`Syncline:${email}`);
  return `otpauth://totp/${label}?secret=${encodeURIComponent(secret)}&issuer=Syncline`;
}
