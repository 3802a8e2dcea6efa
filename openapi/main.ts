/** Writes docs/openapi.json (npm run openapi). A test compares the file with the code. */
import { writeFileSync } from 'node:fs';
import { written } from './document.ts';

writeFileSync(new URL('../docs/openapi.json', import.meta.url), written());
