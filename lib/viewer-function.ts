import { join } from 'node:path';
import { buildSync } from 'esbuild';

const projectRoot = join(import.meta.dirname, '..');

/** What CloudFront's JavaScript (cloudfront-js-2.0) lacks: esbuild refuses what it cannot write without them. */
const LACKING = { destructuring: false, 'object-rest-spread': false, class: false, 'optional-chain': false };

/** The code of the CloudFront function before the app and the API: the rules of the web app. */
export function viewerFunctionCode(): string {
  return edgeFunctionCode('answerViewer', '@syncline/web/answer-viewer');
}

/** The code of the CloudFront function before chunks and packs. */
export function contentFunctionCode(): string {
  return edgeFunctionCode('guardContent', join(projectRoot, 'lambdas', 'chunks', 'guard-content.ts'));
}

/** A function of a module, bundled, behind the `handler` that CloudFront calls. */
function edgeFunctionCode(name: string, module: string): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { ${name} } from ${JSON.stringify(module)};
        function handler(event) { return ${name}(event); }
      `,
      resolveDir: projectRoot,
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
