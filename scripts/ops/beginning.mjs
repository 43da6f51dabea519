// @ts-check
// The beginning of each command of `npm run ops`: what scripts/command.mjs does for the sources. Settings are those of the
// environment, and else of the files `.env` and so on of the folder where it is started. There is no embedded database.
import loader from '@next/env';
import { readSettings } from '../settings.mjs';

const mode = process.env['NODE_ENV'] === 'development' ? 'development' : 'production';
const settings = readSettings(mode, { folder: process.cwd(), loader });
const own = { HANDSTAMP_DATA: '', HANDSTAMP_ROOT: import.meta.dirname };
for (const [name, value] of Object.entries({ ...settings, ...own })) {
  if (value !== undefined) process.env[name] = value;
}
