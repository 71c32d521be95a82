/** The code of a failed system call, such as `ENOENT`; undefined for every other failure. */
export function errorCode(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('code' in failure)) return undefined;
  return typeof failure.code === 'string' ? failure.code : undefined;
}
