import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The inbox for people: one file, nothing from outside. */
export const page = readFileSync(new URL('page.html', import.meta.url), 'utf8');

const hashOf = (tag: string): string => {
  const [, inside = ''] = new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(page) ?? [];
  return `'sha256-${createHash('sha256').update(inside).digest('base64')}'`;
};

/** The page runs only its own script and talks only to the inbox, for any content of a webhook. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf('script')}`,
    `style-src ${hashOf('style')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
};
