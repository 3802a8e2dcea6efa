/**
 * Checks the cron expressions of AWS without a call to AWS. An expression has six fields, from minutes to year. The
 * rules come from docs.aws.amazon.com (EventBridge Scheduler User Guide, "Schedule types"; EventBridge User Guide,
 * "Cron expressions reference"). Pure.
 */

type Field = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names for the numbers of a field. The first name stands for the number `from`. */
  readonly words: readonly string[];
  /** The signs that the field allows besides numbers, lists, ranges, steps and `*`. */
  readonly more: readonly ('?' | 'L' | 'W' | '#')[];
  readonly hasSteps: boolean;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59, words: [], more: [], hasSteps: true },
  { name: 'hours', from: 0, to: 23, words: [], more: [], hasSteps: true },
  { name: 'day-of-month', from: 1, to: 31, words: [], more: ['?', 'L', 'W'], hasSteps: true },
  { name: 'month', from: 1, to: 12, words: MONTHS, more: [], hasSteps: true },
  { name: 'day-of-week', from: 1, to: 7, words: DAYS, more: ['?', 'L', '#'], hasSteps: false },
  { name: 'year', from: 1970, to: 2199, words: [], more: [], hasSteps: true },
];

const numberIn = (text: string, { from, to, words }: Field): number | undefined => {
  const word = words.indexOf(text.toUpperCase());
  const value = word >= 0 ? from + word : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
};

const isRange = (text: string, field: Field): boolean => {
  const [low, high, ...others] = text.split('-').map((end) => numberIn(end, field));
  return others.length === 0 && low !== undefined && high !== undefined && low <= high;
};

const isStepped = (text: string, field: Field): boolean => {
  const [start = '', step = '', ...others] = text.split('/');
  const by = /^\d{1,4}$/.test(step) ? Number(step) : 0;
  const isStart = start === '*' || numberIn(start, field) !== undefined || isRange(start, field);
  return field.hasSteps && others.length === 0 && isStart && by >= 1 && by <= field.to;
};

/** Answers whether a text is a special form that must stand alone in its field. */
const isSpecial = (text: string, field: Field): boolean => {
  const { more } = field;
  if (text === '?') return more.includes('?');
  if (text.toUpperCase() === 'L') return more.includes('L');
  const day = /^(.+)L$/i.exec(text)?.[1];
  if (day !== undefined) return more.includes('#') && numberIn(day, field) !== undefined;
  const weekday = /^(.+)W$/i.exec(text)?.[1];
  if (weekday !== undefined && more.includes('W'))
    return /^L$/i.test(weekday) || numberIn(weekday, field) !== undefined;
  const [which = '', time = ''] = text.split('#');
  return (
    more.includes('#') && /^[1-5]$/.test(time) && text.split('#').length === 2 && numberIn(which, field) !== undefined
  );
};

const isGood = (text: string, field: Field): boolean =>
  text === '*' ||
  isSpecial(text, field) ||
  text
    .split(',')
    .every((part) => numberIn(part, field) !== undefined || isRange(part, field) || isStepped(part, field));

const formOf = ({ name, from, to, words, more, hasSteps }: Field): string => {
  const values = `${from}-${to}${words.length > 0 ? ` or ${words[0]}-${words.at(-1)}` : ''}`;
  return `${name} must be of ${values} with , - * ${[...more, ...(hasSteps ? ['/'] : [])].join(' ')}`.trimEnd();
};

/** The highest day of each month. A schedule with a day that none of its months has would never run. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const neverRuns = (days: string, months: string): boolean => {
  if (!/^\d+$/.test(days)) return false;
  const month = FIELDS[3] as Field;
  const named = months.split(',').map((part) => numberIn(part, month));
  return named.every((one) => one !== undefined && (LONGEST[one - 1] ?? 31) < Number(days));
};

/** Returns a sentence that says why AWS would refuse a cron expression. Returns undefined for a valid expression. */
export const cronFault = (text: string): string | undefined => {
  const fields = text.trim().split(/\s+/);
  if (/^(cron|rate|at)\(/i.test(text.trim())) return 'must be the six fields alone, such as 5 2 * * ? *';
  if (fields.length !== FIELDS.length)
    return `must have six fields and not ${fields.length}: minutes, hours, day-of-month, month, day-of-week, year (such as 5 2 * * ? *)`;
  const bad = FIELDS.filter((field, i) => !isGood(fields[i] ?? '', field)).map(formOf);
  if (bad.length > 0) return bad.join('; ');
  const [, , day = '', month = '', weekday = ''] = fields;
  if ([day, weekday].filter((one) => one === '?').length !== 1)
    return 'must have ? in one of day-of-month and day-of-week, and a value or * in the other';
  return neverRuns(day, month) ? 'must name a day that one of its months has' : undefined;
};
