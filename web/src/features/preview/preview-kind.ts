import { contentTypeOf, endingOf } from '../../content/content-type.ts';

export type PreviewKind = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'table' | 'archive' | 'none';

const TEXTS = new Set(
  'txt md markdown log json jsonl xml html htm xhtml css scss js mjs cjs jsx ts tsx py rb rs go java kt c h cc cpp hpp cs php sh bash zsh sql toml yaml yml ini conf cfg env csv tsv tex r lua pl swift scala gradle properties gitignore editorconfig diff patch srt vtt'.split(
    ' ',
  ),
);
const TABLES = new Set(['csv', 'tsv']);
const ARCHIVES = new Set(['zip', 'jar', 'epub', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp']);

/** How a file is shown, by the ending of its name. */
export function previewKind(name: string): PreviewKind {
  const ending = endingOf(name);
  if (TABLES.has(ending)) return 'table';
  if (TEXTS.has(ending)) return 'text';
  if (ARCHIVES.has(ending)) return 'archive';
  const type = contentTypeOf(name);
  if (type === 'application/pdf') return 'pdf';
  const [kind] = type.split('/');
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'none';
}
