// @ts-check
// `npm run asvs`: writes docs/asvs.md from tests/proof/asvs/chapters.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asvsDocument } from '../tests/proof/asvs/document';
import { LEFT_OUT } from '../tests/proof/asvs/left-out';
import { REQUIREMENTS } from '../tests/proof/asvs/requirements';
import { ROOT, runScript } from './processes.mjs';

await runScript(() => writeFile(path.join(ROOT, 'docs/asvs.md'), asvsDocument(REQUIREMENTS, LEFT_OUT)));
