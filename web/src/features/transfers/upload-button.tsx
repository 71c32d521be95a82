import { useRef } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { chosenFiles } from '../../transfers/dropped-files.ts';
import type { UploadTarget } from '../../transfers/transfer-state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { useTakingUploads } from '../offline/use-taking-uploads.ts';

/** Chooses files, or a whole folder, for a folder. */
export function UploadButton({ target }: { readonly target: UploadTarget }) {
  const { t } = useTranslation();
  const upload = useTakingUploads();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    if (input.files !== null && input.files.length > 0) upload(chosenFiles(input.files), target);
    // The same files can be chosen once more.
    input.value = '';
  };
  return (
    <>
      <Button kind="primary" icon="upload" onPress={() => files.current?.click()}>
        {t('files.upload')}
      </Button>
      <IconButton icon="folder" label={t('transfers.uploadFolder')} onPress={() => folder.current?.click()} />
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={t('files.upload')}
        data-upload="files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={(input) => {
          folder.current = input;
          // React knows the attribute by no name of its own.
          input?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        aria-label={t('transfers.uploadFolder')}
        data-upload="folder"
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  );
}
