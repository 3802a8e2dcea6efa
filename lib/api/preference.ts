/** Chooses the type or language that a client prefers, by its Accept or Accept-Language header. Pure. */

type Range = { readonly name: string; readonly quality: number };

/** The number of ranges that opwatch reads in one header. Browsers send only a few. */
const RANGES_MAX = 32;

const rangesIn = (header: string): Range[] =>
  header
    .toLowerCase()
    .split(',', RANGES_MAX)
    .map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
      const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
      const quality = given === undefined ? 1 : Number(given);
      return { name, quality: quality >= 0 && quality <= 1 ? quality : 0 };
    });

/**
 * Answers whether a range of the header includes an offer. `zh-CN` includes `zh`, `text/*` includes `text/html`, and an
 * asterisk includes everything. A longer range is more exact than a shorter one.
 */
const asksFor = (range: string, offer: string): boolean =>
  range === offer ||
  range.startsWith(`${offer}-`) ||
  range === '*' ||
  range === '*/*' ||
  (range.endsWith('/*') && offer.startsWith(range.slice(0, -1)));

const qualityOf = (offer: string, ranges: readonly Range[]): number =>
  ranges
    .filter(({ name }) => asksFor(name, offer))
    .reduce<Range>((closest, range) => (range.name.length > closest.name.length ? range : closest), {
      name: '',
      quality: 0,
    }).quality;

/**
 * Returns the offer with the highest quality. Of several equal offers, and where the client asks for none of them, it
 * returns the first.
 */
export const prefers = <const Offer extends string>(
  header: string | undefined,
  offers: readonly [Offer, ...Offer[]],
): Offer => {
  const ranges = rangesIn(header ?? '');
  return offers.reduce((best, offer) => (qualityOf(offer, ranges) > qualityOf(best, ranges) ? offer : best));
};
