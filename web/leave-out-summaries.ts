import type { Plugin } from 'vite';

const SUMMARY = /^ *summary:\s*(?:'[^'\n]*'|"[^"\n]*"),$/gm;

/** Leaves the summaries of routes out of what browsers load: they are for the documents alone. What follows keeps its line. */
export function leaveOutSummaries(): Plugin {
  return {
    name: 'leave-out-summaries',
    enforce: 'pre',
    transform: {
      filter: { id: /\/protocol\/src\/[a-z-]*routes\.ts$/ },
      handler: (code) => ({ code: code.replaceAll(SUMMARY, (text) => text.replaceAll(/[^\n]/g, '')), map: null }),
    },
  };
}
