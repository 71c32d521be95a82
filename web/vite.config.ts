import { defineConfig } from 'vite';
import { keepMapsEqual } from './keep-maps-equal.ts';
import { leaveOutSummaries } from './leave-out-summaries.ts';
import { writeShellFiles } from './write-shell-files.ts';

/** Where the app is served while it is developed by `vite`: `npm start` has the API, and the bucket and the user pool behind it. */
const LOCAL_STACK = 'http://127.0.0.1:4580';

/** The web app is built into dist: static files that any server, or CloudFront, hands out. */
export default defineConfig({
  plugins: [leaveOutSummaries(), writeShellFiles(), keepMapsEqual()],
  build: {
    target: 'es2024',
    sourcemap: true,
    // No data: URLs and no inline scripts, which the app's Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: 'index.html',
        link: 'link.html',
        'service-worker': 'src/service-worker/content-worker.ts',
        'link-worker': 'src/service-worker/link-worker.ts',
      },
      // A service worker keeps its address, by which browsers look whether there is another one.
      output: { entryFileNames: ({ name }) => (name.endsWith('-worker') ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/v1': LOCAL_STACK } },
});
