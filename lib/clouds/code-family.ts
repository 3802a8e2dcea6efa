/**
 * Classifies an error code by the words in it. Clouds have thousands of codes, and their products share the words.
 * opwatch uses the family of a code that it does not know by name. Only an unknown code without a family counts as a
 * mistake in the request, or as absence.
 */

export type Family =
  /** opwatch asks too often. */
  | 'rate'
  /** The service is busy, over a limit, slow, failing or still at work. A later call may succeed. */
  | 'passing'
  /** The key is valid but has no right to this call. */
  | 'permission'
  /** The request is wrong, and the same request stays wrong. */
  | 'mistake';

/** Error codes are short. The rest of a longer text is not worth the work. */
const CODE_MAX = 128;

/**
 * Returns codes such as `QpsLimitExceeded`, `SYSTEM.CONCURRENT_OPERATE` and `ram-role.not-found` as words in small
 * letters.
 */
export const wordsIn = (code: string): string =>
  code
    .slice(0, CODE_MAX)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();

const RATE: readonly RegExp[] = [
  /\bthrottl|\b(qps|tps|rps)\b/,
  /\b(flow|traffic|rate|frequency|speed)( is)? ?(control|limit|restrict|exceed)/,
  /\b(request|requests|call|calls|api|access|concurrent|concurrency|connection|connections) (count |number |rate )?(limit|over|exceed)/,
  /\blimit (exceed|exceeded) (request|call|rate|api)|\bexceed(s|ed)? (request|call|rate|api|frequency|concurren)/,
  /\btoo (many|frequent|frequently|fast|often)\b|\bfrequently\b|\boverload/,
];

/**
 * Matches codes of wrong requests, such as `InvalidTimeout`. `familyOf` tests it before `passing`, because "timeout"
 * alone would be passing. `InvalidStatus` of an instance and `InvalidOperation.Conflict` do not match, because they are
 * passing.
 */
const MISTAKE = /^(invalid(?!( \w+)* (status|state|operation)\b)|missing|unsupported|illegal|malformed)\b/;

const PERMISSION =
  /^(forbidden|no permission|not author|unauthor|permission|access denied|auth\w* (fail|denied|error)|no auth)|\b(access|permission) denied\b|\bno permission\b/;

const PASSING: readonly RegExp[] = [
  /\b(busy|(un|not) ?available|temporary|temporarily|internal|maintenance|degraded|exhausted|unreachable|circuit)\b/,
  /\btime ?out|\btimed out\b|\bdeadline exceeded\b|\b(retry|try) (again|later)\b|\bneed retry\b|\bnonce used\b/,
  /\b(unknown|inner|system|server|service|db|database|redis|cache|network|backend|gateway|upstream|remote|rpc|connection) (error|exception|fail|reset|refused|closed)/,
  /\b(process|progress|pending|running|executing|initializing|configuring|starting|stopping|updat|upgrad|creating|deleting|modifying|migrating|scaling|restarting|sync|switching)(ing)?\b/,
  /\b(concurren\w+|conflict|in use|locked|occupied|not ready|not finished|unfinished)\b|\b(incorrect|invalid)( \w+)* (status|state)\b/,
  /\b(limit|quota)s?\b.*\b(exceed|reached|over|full)|\b(exceed\w*|over|out of)\b.*\b(limit|quota)|\blimit(ed)?$/,
];

/** Returns the family of a code. Undefined when its words name no family. */
export const familyOf = (code: string): Family | undefined => {
  const words = wordsIn(code);
  if (RATE.some((pattern) => pattern.test(words))) return 'rate';
  if (MISTAKE.test(words)) return 'mistake';
  if (PERMISSION.test(words)) return 'permission';
  return PASSING.some((pattern) => pattern.test(words)) ? 'passing' : undefined;
};

/** Phrases that ask the caller to try later, in the two languages of the clouds. They count with every error code. */
const PATIENCE =
  /\b(is busy|try (it )?again|retry later|too many requests|temporarily|timed? ?out|still (being )?process)|系统繁忙|服务繁忙|稍后[再重]试|过于频繁|正在处理|正在执行|处理中|超时|限流/i;

/** Answers whether a message says that a later call may succeed. It serves for codes whose words name no family. */
export const asksForPatience = (message: string): boolean => PATIENCE.test(message.slice(0, 2_000));
