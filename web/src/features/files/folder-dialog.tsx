import type { Node, NodeId } from '@syncline/protocol';
import { useState } from 'react';
import { useTranslation } from '../../messages/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import type { FileActions } from './file-actions.ts';
import { FolderPicker } from './folder-picker.tsx';
import type { FolderPlace } from './listing.ts';
import { nameProblem } from './name-problem.ts';
import { freeName } from './plan-operations.ts';
import { useLeaveFolder } from './use-leave-folder.ts';

export type FolderDialogState =
  | { readonly kind: 'new-folder' }
  | { readonly kind: 'move' | 'copy'; readonly nodes: readonly Node[] }
  | { readonly kind: 'leave'; readonly node: Node };

export interface FolderDialogProps {
  readonly state: FolderDialogState;
  readonly place: FolderPlace;
  readonly names: ReadonlyMap<NodeId, Node>;
  readonly actions: FileActions;
  readonly onMade: (node: Node) => void;
  readonly onClose: () => void;
}

/** What has to be asked before something is done in a folder. */
export function FolderDialog(props: FolderDialogProps) {
  const { t } = useTranslation();
  const { state, place, actions, onClose } = props;
  switch (state.kind) {
    case 'new-folder':
      return <NewFolderDialog {...props} />;
    case 'leave':
      return <LeaveDialog node={state.node} onClose={onClose} />;
    case 'move':
    case 'copy': {
      const isMove = state.kind === 'move';
      const said = { count: state.nodes.length, name: state.nodes[0]?.name ?? '' };
      return (
        <FolderPicker
          title={t(isMove ? 'files.moveTitle' : 'files.copyTitle', said)}
          action={t(isMove ? 'files.moveHere' : 'files.copyHere')}
          start={place}
          nodes={state.nodes}
          isSamePlaceAllowed={!isMove}
          crossing={isMove ? t('files.moveCrossing') : undefined}
          onChoose={(target) => {
            onClose();
            void (isMove ? actions.move(state.nodes, target) : actions.copy(state.nodes, target));
          }}
          onClose={onClose}
        />
      );
    }
  }
}

function NewFolderDialog({ place, names, actions, onMade, onClose }: FolderDialogProps) {
  const { t } = useTranslation();
  const taken = new Set([...names.values()].map(({ name }) => name));
  const [name, setName] = useState(() => freeName(t('files.newFolder'), taken));
  const [isTried, setIsTried] = useState(false);
  const problem = nameProblem(name, taken);
  const make = async (): Promise<void> => {
    setIsTried(true);
    if (problem !== undefined) return;
    onClose();
    const node = await actions.makeFolder(place, name);
    if (node !== undefined) onMade(node);
  };
  return (
    <Dialog title={t('files.newFolder')} closeLabel={t('app.close')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField
          label={t('files.newFolderName')}
          value={name}
          onChange={setName}
          onFocus={(event) => event.target.select()}
          autoFocus
          spellCheck={false}
          problem={problem !== undefined && (isTried || problem !== 'nameEmpty') ? t(`files.${problem}`) : undefined}
        />
        <DialogButtons>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
          <Button kind="primary" type="submit">
            {t('files.create')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function LeaveDialog({ node, onClose }: { readonly node: Node; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const leave = useLeaveFolder();
  return (
    <ConfirmDialog
      title={t('files.leaveTitle', { name: node.name })}
      text={t('files.leaveText')}
      action={t('files.leave')}
      onConfirm={() => void leave(node)}
      onClose={onClose}
    />
  );
}
