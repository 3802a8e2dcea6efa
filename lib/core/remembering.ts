/**
 * `work` that remembers its last answers, by its text, so that what is asked again and again is worked out once. For pure
 * functions alone. At most `max` answers are kept; then it begins anew, which costs less than to keep account of their use.
 */
export const remembering = <T>(max: number, work: (text: string) => T): ((text: string) => T) => {
  const answers = new Map<string, T>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = work(text);
    if (answers.size >= max) answers.clear();
    answers.set(text, answer);
    return answer;
  };
};
