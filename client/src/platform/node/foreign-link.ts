import type { LinkedFolder } from './linked-folders.ts';

/** Who is signed in. */
interface Person {
  readonly accountId: NonNullable<LinkedFolder['accountId']>;
  readonly address?: string | undefined;
}

/** Whose sign-in has linked a folder, and what to do, when that is another one than the present; undefined when it is not. */
export function describeForeignLink(
  { accountId, address }: LinkedFolder,
  present: Person,
): { readonly message: string; readonly remedy: string } | undefined {
  if (accountId === undefined || accountId === present.accountId) return undefined;
  const owner = address ?? `the account ${accountId}`;
  const now = present.address ?? 'another account';
  return {
    message: `is linked by the sign-in of ${owner}, and ${now} is signed in now`,
    remedy: `Sign in as ${owner} with \`syncline login\` to go on with it; or end the link with \`syncline unlink\`, and link it anew. All its files stay.`,
  };
}
