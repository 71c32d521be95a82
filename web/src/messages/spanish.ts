import app from './es/app.json' with { type: 'json' };
import files from './es/files.json' with { type: 'json' };
import search from './es/search.json' with { type: 'json' };
import signIn from './es/sign-in.json' with { type: 'json' };
import usage from './es/usage.json' with { type: 'json' };

export const spanish = {
  ...app,
  ...files,
  ...search,
  ...signIn,
  ...usage,
};
