/** A file that may be run may be run by all who may read it. */
export function permissions(mode: number, executable: boolean): number {
  const readable = mode & 0o777;
  return executable ? readable | ((readable & 0o444) >> 2) : readable & ~0o111;
}
