import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** What CloudFront's JavaScript (cloudfront-js-2.0) lacks: esbuild refuses what it cannot write without them. */
const LACKING = { destructuring: false, 'object-rest-spread': false, class: false, 'optional-chain': false };

/** The code of the CloudFront function: the rules of the web app, bundled, with the `handler` that CloudFront calls. */
export function viewerFunctionCode(): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { answerViewer } from '@syncline/web/answer-viewer';
        function handler(event) { return answerViewer(event); }
      `,
      resolveDir: join(import.meta.dirname, '..'),
      sourcefile: 'viewer-function.js',
    },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2015',
    supported: LACKING,
    // Nothing in the bundle calls the handler.
    treeShaking: false,
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text).join('');
}
