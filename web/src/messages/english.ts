import type { Say } from './catalogue-texts.ts';
import app from './en/app.json' with { type: 'json' };
import details from './en/details.json' with { type: 'json' };
import devices from './en/devices.json' with { type: 'json' };
import files from './en/files.json' with { type: 'json' };
import offline from './en/offline.json' with { type: 'json' };
import operator from './en/operator.json' with { type: 'json' };
import photos from './en/photos.json' with { type: 'json' };
import preview from './en/preview.json' with { type: 'json' };
import recent from './en/recent.json' with { type: 'json' };
import search from './en/search.json' with { type: 'json' };
import settings from './en/settings.json' with { type: 'json' };
import sharing from './en/sharing.json' with { type: 'json' };
import signIn from './en/sign-in.json' with { type: 'json' };
import starred from './en/starred.json' with { type: 'json' };
import transfers from './en/transfers.json' with { type: 'json' };
import trash from './en/trash.json' with { type: 'json' };
import usage from './en/usage.json' with { type: 'json' };

export const english = {
  ...app,
  ...details,
  ...devices,
  ...files,
  ...operator,
  ...photos,
  ...offline,
  ...preview,
  ...recent,
  ...search,
  ...settings,
  ...sharing,
  ...signIn,
  ...starred,
  ...trash,
  ...transfers,
  ...usage,
};

export type Translate = Say<typeof english>;
