import app from './de/app.json' with { type: 'json' };
import details from './de/details.json' with { type: 'json' };
import devices from './de/devices.json' with { type: 'json' };
import files from './de/files.json' with { type: 'json' };
import offline from './de/offline.json' with { type: 'json' };
import operator from './de/operator.json' with { type: 'json' };
import photos from './de/photos.json' with { type: 'json' };
import preview from './de/preview.json' with { type: 'json' };
import recent from './de/recent.json' with { type: 'json' };
import search from './de/search.json' with { type: 'json' };
import settings from './de/settings.json' with { type: 'json' };
import sharing from './de/sharing.json' with { type: 'json' };
import signIn from './de/sign-in.json' with { type: 'json' };
import starred from './de/starred.json' with { type: 'json' };
import transfers from './de/transfers.json' with { type: 'json' };
import trash from './de/trash.json' with { type: 'json' };
import usage from './de/usage.json' with { type: 'json' };

export const german = {
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
