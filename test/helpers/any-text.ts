import fc from 'fast-check';

const SURROGATES = { first: 0xd800, count: 0x800 };

/** Any character of Unicode, those of ASCII more often. */
const character = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 0x7f }) },
    { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xffff - SURROGATES.count }) },
    { weight: 1, arbitrary: fc.integer({ min: 0x1_0000 - SURROGATES.count, max: 0x10_ffff - SURROGATES.count }) },
  )
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.count));

/** Text of any characters at all. `fc.string({ unit: 'binary' })` is the same, after a second of preparation. */
export const anyText = (bounds: { readonly minLength?: number; readonly maxLength?: number } = {}) =>
  fc.string({ ...bounds, unit: character });
