/** Chooses what a client would rather have, by its Accept or Accept-Language header. Pure. */

type Range = { readonly name: string; readonly quality: number };

/** Browsers send a few; nobody needs more. */
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

/** `zh-CN` asks for `zh`, `text/*` for `text/html`, and an asterisk for anything. The longer a range, the closer it is meant. */
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

/** The offer with the highest quality; the first of them where several have the same, or none is asked for. */
export const prefers = <const Offer extends string>(
  header: string | undefined,
  offers: readonly [Offer, ...Offer[]],
): Offer => {
  const ranges = rangesIn(header ?? '');
  return offers.reduce((best, offer) => (qualityOf(offer, ranges) > qualityOf(best, ranges) ? offer : best));
};
