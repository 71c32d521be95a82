import type { Node } from '@syncline/protocol';

export type FileKind =
  | 'folder'
  | 'mount'
  | 'image'
  | 'video'
  | 'audio'
  | 'pdf'
  | 'document'
  | 'sheet'
  | 'slides'
  | 'code'
  | 'archive'
  | 'text'
  | 'file';

const EXTENSIONS = {
  image: 'jpg jpeg png gif webp avif heic heif svg bmp tif tiff ico raw cr2 nef',
  video: 'mp4 mov mkv webm avi m4v mpg mpeg',
  audio: 'mp3 wav flac m4a ogg opus aac aiff',
  pdf: 'pdf',
  document: 'doc docx odt rtf pages',
  sheet: 'xls xlsx ods csv tsv numbers',
  slides: 'ppt pptx odp key',
  code: 'js ts tsx jsx mjs cjs py rb go rs java kt c h cpp hpp cs php sh bash sql html css scss json yaml yml toml xml',
  archive: 'zip tar gz tgz bz2 xz 7z rar zst',
  text: 'txt md markdown log',
} as const satisfies Partial<Record<FileKind, string>>;

const KINDS = new Map<string, FileKind>(
  (Object.keys(EXTENSIONS) as (keyof typeof EXTENSIONS)[]).flatMap((kind) =>
    EXTENSIONS[kind].split(' ').map((extension) => [extension, kind] as const),
  ),
);

/** What a node is, as far as its name tells: only for the icon and its colour. */
export function fileKind({ kind, name }: Pick<Node, 'kind' | 'name'>): FileKind {
  if (kind !== 'file') return kind;
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return KINDS.get(extension) ?? 'file';
}
