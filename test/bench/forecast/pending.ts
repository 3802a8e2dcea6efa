/** What is going to be known, the earliest first: a heap. */
export type Pending<T> = {
  readonly add: (at: number, what: T) => void;
  /** Takes the next that is known before `at`, or nothing. */
  readonly before: (at: number) => T | undefined;
};

type Entry<T> = { readonly at: number; readonly what: T };

export const createPending = <T>(): Pending<T> => {
  const heap: Entry<T>[] = [];
  const at = (i: number): number => heap[i]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [heap[j] as Entry<T>, heap[i] as Entry<T>];
  };
  const sink = (from: number): void => {
    let i = from;
    for (;;) {
      const least = at(2 * i + 1) <= at(2 * i + 2) ? 2 * i + 1 : 2 * i + 2;
      if (at(least) >= at(i)) return;
      swap(i, least);
      i = least;
    }
  };
  return {
    add: (time, what) => {
      heap.push({ at: time, what });
      for (let i = heap.length - 1; i > 0 && at(i) < at((i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1);
    },
    before: (time) => {
      if (!(at(0) < time)) return undefined;
      swap(0, heap.length - 1);
      const first = heap.pop();
      sink(0);
      return first?.what;
    },
  };
};
