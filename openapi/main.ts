/** npm run openapi: writes docs/openapi.json. A test holds the file to the code. */
import { writeFileSync } from 'node:fs';
import { written } from './document.ts';

writeFileSync(new URL('../docs/openapi.json', import.meta.url), written());
