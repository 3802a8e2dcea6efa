/** Reads a page of docs/ as far as tests hold it to the code: its sections, tables and code blocks. */
import { readFileSync } from 'node:fs';

export type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
export type Block = { readonly language: string; readonly about: string; readonly text: string };

export const pageNamed = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The part of a page below a heading, up to the next heading of any level. */
export const sectionOf = (page: string, heading: string): string => {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`there is no heading "${heading}"`);
  const length = lines.slice(from + 1).findIndex((line) => /^#{1,6} /.test(line));
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n');
};

export const tablesIn = (text: string): Table[] =>
  [...text.matchAll(/(?:^\|.*\|$\n?)+/gm)].map(([table]) => {
    const [head = [], , ...rows] = table.trimEnd().split('\n').map(cells);
    return { head, rows };
  });

const cells = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** Code blocks; what stands behind the language is `about`. */
export const blocksIn = (text: string): Block[] =>
  [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', about = '', code = '']) => ({
    language,
    about,
    text: code,
  }));

/** What stands in backticks. */
export const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
