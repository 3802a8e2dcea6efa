/**
 * Returns `work` with a memory of its last answers, so that a repeated question costs nothing. For pure functions only.
 * The memory holds `max` answers. Then it begins anew, which costs less than keeping track of their use.
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
