import { stopSharedStack } from './global-setup.ts';

/** Jest runs this after the last test file, in the process that ran the set-up. */
export default stopSharedStack;
