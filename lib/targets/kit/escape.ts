/** Makes text harmless where several formats need the same. Pure; works character by character. */

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const html = (text: string): string => text.replace(/[&<>"]/g, (character) => HTML[character] ?? character);

const LOOKALIKES: Readonly<Record<string, string>> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '@': '＠',
  '`': '｀',
  '*': '＊',
};

/**
 * For markdown without an escape character: what could become a link, a tag, a mention or emphasis is replaced by its
 * full-width twin. The characters of ids stay as they are, so that these can be copied.
 */
export const lookalike = (text: string): string =>
  text.replace(/[<>[\]@`*]/g, (character) => LOOKALIKES[character] ?? character);

/** An encoded URL that cannot end the markdown link it stands in. */
export const insideLink = (url: string): string =>
  url.replace(/[()<>[\]|*_~`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
