import type { Plugin } from 'vite';

/** What the bundler calls a file while it does not know its name yet, which is another word in every build, and stays in source maps. */
const INTERIM_NAME = /ROLLDOWN_FILE_URL_[\w$-]+/g;

/** Makes the source maps of two builds of the same files the same, as all else of a build is: a deployment that changes nothing has nothing to send then. */
export function keepMapsEqual(): Plugin {
  return {
    name: 'syncline:equal-maps',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.map')) continue;
        const text = typeof file.source === 'string' ? file.source : new TextDecoder().decode(file.source);
        file.source = text.replaceAll(INTERIM_NAME, 'ROLLDOWN_FILE_URL');
      }
    },
  };
}
