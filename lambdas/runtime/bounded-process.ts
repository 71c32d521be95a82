import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { KiB } from '@syncline/protocol';

export interface ProcessBounds {
  /** The module that runs, and all that may be read besides: files and folders. */
  readonly entry: string;
  readonly readable: readonly string[];
  readonly heapMiBMax: number;
  /** Looked at where the system tells it, which is Linux. */
  readonly residentBytesMax: number;
}

/** `ended`: there will be no answer, because the process was ended for its time or its memory, or ended by itself. */
export type ProcessAnswer =
  | { readonly kind: 'answered'; readonly message: unknown }
  | { readonly kind: 'ended'; readonly why: 'time' | 'memory' | 'exit' };

/** Short beside the time in which a process fills what it may have beyond its bound. */
const LOOK_MS = 50;
/** All of an environment that a process of Node needs to begin. */
const KEPT_VARIABLES = ['LD_LIBRARY_PATH', 'PATH', 'SystemRoot'];
/** How a process ends whose heap or machine is full. */
const MEMORY_SIGNALS: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGABRT', 'SIGKILL'] as const);
const OUT_OF_HEAP_CODE = 134;

/**
 * A process of Node that works on what nobody trusts: it has no environment, may read no file but its own, write none, start nothing, and make no
 * code of texts. Whoever asks it is answered within a time, or told that it ended; a process that has ended answers nobody any more.
 * Source: Node.js documentation, "Permissions".
 */
export class BoundedProcess {
  readonly #bounds: ProcessBounds;
  readonly #child: ChildProcess;
  #isEnded = false;

  constructor(bounds: ProcessBounds) {
    this.#bounds = bounds;
    this.#child = spawn(process.execPath, [...flagsOf(bounds), bounds.entry], {
      cwd: '/',
      env: Object.fromEntries(KEPT_VARIABLES.flatMap((name) => keptVariable(name))),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    const end = () => {
      this.#isEnded = true;
    };
    this.#child.once('exit', end).once('error', end);
    // It keeps nobody alive who has nothing else to do.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Precondition: nobody else is waiting for an answer. */
  ask(message: object, msMax: number): Promise<ProcessAnswer> {
    const child = this.#child;
    if (this.#isEnded) return Promise.resolve({ kind: 'ended', why: 'exit' });
    return new Promise((resolve) => {
      const settle = (answer: ProcessAnswer): void => {
        clearTimeout(late);
        clearInterval(watch);
        child.off('message', answered).off('exit', exited).off('error', failed);
        child.unref();
        child.channel?.unref();
        resolve(answer);
      };
      const endFor = (why: 'time' | 'memory'): void => {
        this.end();
        settle({ kind: 'ended', why });
      };
      const answered = (reply: unknown): void => settle({ kind: 'answered', message: reply });
      const failed = (): void => settle({ kind: 'ended', why: 'exit' });
      const exited = (code: number | null, signal: NodeJS.Signals | null): void => {
        const isMemory = code === OUT_OF_HEAP_CODE || MEMORY_SIGNALS.has(signal);
        settle({ kind: 'ended', why: isMemory ? 'memory' : 'exit' });
      };
      const late = setTimeout(() => endFor('time'), msMax);
      const watch = setInterval(() => {
        if (residentBytes(child.pid) > this.#bounds.residentBytesMax) endFor('memory');
      }, LOOK_MS);
      child.ref();
      child.channel?.ref();
      child.on('message', answered).on('exit', exited).on('error', failed);
      // What cannot be sent has no reader any more, whose end is told by its own event.
      child.send(message, () => undefined);
    });
  }

  /** Ends it at once. Idempotent. */
  end(): void {
    this.#isEnded = true;
    this.#child.kill('SIGKILL');
  }
}

function flagsOf({ entry, readable, heapMiBMax }: ProcessBounds): readonly string[] {
  return [
    '--permission',
    ...[entry, ...readable].map((place) => `--allow-fs-read=${place}`),
    `--max-old-space-size=${heapMiBMax}`,
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-warnings',
  ];
}

function keptVariable(name: string): readonly (readonly [string, string])[] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

/** 0 where nobody can tell. Source: proc(5), "VmRSS". */
function residentBytes(pid: number | undefined): number {
  try {
    const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * KiB;
  } catch {
    // It has ended, or this is no Linux.
    return 0;
  }
}
