/** Makes text harmless where several formats need the same. Pure. It works character by character. */

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
 * For markdown without an escape character. A character that could begin a link, a tag, a mention or emphasis becomes
 * its full-width twin. The characters of ids stay, so that people can copy ids.
 */
export const lookalike = (text: string): string =>
  text.replace(/[<>[\]@`*]/g, (character) => LOOKALIKES[character] ?? character);

/** Returns an encoded URL that cannot end the markdown link around it. */
export const insideLink = (url: string): string =>
  url.replace(/[()<>[\]|*_~`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
