import app from './en/app.json' with { type: 'json' };
import files from './en/files.json' with { type: 'json' };
import search from './en/search.json' with { type: 'json' };
import signIn from './en/sign-in.json' with { type: 'json' };
import usage from './en/usage.json' with { type: 'json' };

export const english = {
  ...app,
  ...files,
  ...search,
  ...signIn,
  ...usage,
};
