// @ts-check
// For `node --import ./tests/proof/rotation/rewriting.mjs`, before TypeScript is registered: one module is loaded with one
// piece of its text replaced, as HANDSTAMP_MUTATION says it, or none where that is empty. The files stay as they are.
import { register } from 'node:module';

register('./rewriting-hooks.mjs', import.meta.url, { data: process.env['HANDSTAMP_MUTATION'] ?? '' });
