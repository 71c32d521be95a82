/** MiB of memory, which buys CPU in proportion: `core` is one core. */
export const memory = { small: 512, usual: 1024, core: 1769, reader: 2048 } as const;
/** Cognito waits 5 s for a trigger. A client gives up an ordinary request long before; the HTTP API ends every one at 30 s, and Lambda everything at 15 min. */
export const seconds = {
  trigger: 5,
  short: 10,
  usual: 20,
  longest: 29,
  index: 120,
  extract: 180,
  background: 900,
} as const;
