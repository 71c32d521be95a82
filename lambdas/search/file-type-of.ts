import { FileExtension, type FileType, type NodeKind, splitName } from '@syncline/protocol';

/** Extensions by what people call them; what is in no list is `other`. */
const EXTENSIONS: Readonly<Record<Exclude<FileType, 'folder' | 'other'>, string>> = {
  document: 'doc docx odt rtf pages epub tex',
  spreadsheet: 'xls xlsx ods csv tsv numbers',
  presentation: 'ppt pptx odp key',
  pdf: 'pdf',
  text: 'txt md markdown rst log nfo org adoc',
  code: 'js mjs cjs ts tsx jsx py rb go rs java kt swift c h cc cpp hpp cs php sh bash ps1 sql html htm css scss xml yaml yml json toml ini lua pl r scala vue',
  image: 'jpg jpeg png gif webp avif heic heif tif tiff bmp svg raw cr2 nef arw dng ico',
  video: 'mp4 m4v mov avi mkv webm wmv mpg mpeg 3gp',
  audio: 'mp3 m4a aac flac ogg oga opus wav wma aif aiff mid',
  archive: 'zip tar gz tgz bz2 xz zst 7z rar jar iso dmg',
  mail: 'eml mbox msg',
};

const BY_EXTENSION: ReadonlyMap<string, FileType> = new Map(
  Object.entries(EXTENSIONS).flatMap(([type, extensions]) =>
    extensions.split(' ').map((extension) => [extension, type as FileType] as const),
  ),
);

/** The extension of a name in lower case; undefined when it has none, or what follows the dot is none. */
export function extensionOf(name: string): string | undefined {
  const extension = splitName(name).extension.slice(1).toLowerCase();
  return FileExtension.safeParse(extension).success ? extension : undefined;
}

export function fileTypeOf({ kind, name }: { readonly kind: NodeKind; readonly name: string }): FileType {
  if (kind !== 'file') return 'folder';
  return BY_EXTENSION.get(extensionOf(name) ?? '') ?? 'other';
}
