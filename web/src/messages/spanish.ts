import app from './es/app.json' with { type: 'json' };
import details from './es/details.json' with { type: 'json' };
import devices from './es/devices.json' with { type: 'json' };
import files from './es/files.json' with { type: 'json' };
import offline from './es/offline.json' with { type: 'json' };
import operator from './es/operator.json' with { type: 'json' };
import photos from './es/photos.json' with { type: 'json' };
import preview from './es/preview.json' with { type: 'json' };
import recent from './es/recent.json' with { type: 'json' };
import search from './es/search.json' with { type: 'json' };
import settings from './es/settings.json' with { type: 'json' };
import sharing from './es/sharing.json' with { type: 'json' };
import signIn from './es/sign-in.json' with { type: 'json' };
import starred from './es/starred.json' with { type: 'json' };
import transfers from './es/transfers.json' with { type: 'json' };
import trash from './es/trash.json' with { type: 'json' };
import usage from './es/usage.json' with { type: 'json' };

export const spanish = {
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
