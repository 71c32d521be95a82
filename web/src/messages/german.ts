import app from './de/app.json' with { type: 'json' };
import files from './de/files.json' with { type: 'json' };
import search from './de/search.json' with { type: 'json' };
import signIn from './de/sign-in.json' with { type: 'json' };
import usage from './de/usage.json' with { type: 'json' };

export const german = {
  ...app,
  ...files,
  ...search,
  ...signIn,
  ...usage,
};
