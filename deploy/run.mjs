// Runs a program of this project: `node deploy/run.mjs <file> [arguments]`. It first checks the version of Node. For `--help` it
// prints the first comment of a program that has no help text.
import './node-version.mjs';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, ...given] = process.argv.slice(2);
const path = resolve(file);
const head = () => {
  const source = readFileSync(path, 'utf8');
  const [, comment] = /^\/\*\*(.*?)\*\//s.exec(source) ?? [];
  return /\bhelp: \{/.test(source) ? undefined : comment;
};
const told = given.includes('--help') ? head() : undefined;
if (told === undefined) {
  process.argv.splice(1, 2, path);
  await import(pathToFileURL(path).href);
} else {
  console.log(told.replace(/^ *\* ?/gm, '').trim());
}
