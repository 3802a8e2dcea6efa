/** Virtual time: events in order, each at its instant, and nothing in between takes any time. */

export type Timeline = {
  /** Now, epoch ms. */
  readonly now: () => number;
  /**
   * Runs `event` at an instant; one that has passed means now. What is due at the same instant runs in the order it was
   * planned. An event that answers `IDLE` says that it has changed nothing.
   */
  readonly at: (instant: number, event: () => unknown) => void;
  readonly pause: (ms: number) => Promise<void>;
  /** Lets everything happen until `instant`, and moves on to it. */
  readonly runUntil: (instant: number) => Promise<void>;
  /** Lets things happen until `work` is done. Throws what it throws, and when it waits for what never comes. */
  readonly finish: <T>(work: Promise<T>) => Promise<T>;
  /** The instant of the next event. */
  readonly next: () => number | undefined;
};

type Event = { readonly at: number; readonly order: number; readonly run: () => unknown };

/** What an event answers that nobody need wait for. */
export const IDLE = Symbol('idle');

/** Whatever promises make happen has happened once this resolves: Node runs a tick only when no microtask is left. */
const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

export const createTimeline = (start: number): Timeline => {
  let now = start;
  let planned = 0;
  const heap = createHeap();

  const happen = (): unknown => {
    const event = heap.pop();
    now = Math.max(now, event?.at ?? now);
    return event?.run();
  };

  const at: Timeline['at'] = (instant, run) => {
    planned += 1;
    // Clocks count whole milliseconds.
    heap.push({ at: Math.max(Math.ceil(instant), now), order: planned, run });
  };

  return {
    now: () => now,
    at,
    pause: (ms) => new Promise((resolve) => at(now + Math.max(ms, 0), resolve)),
    next: () => heap.peek()?.at,
    runUntil: async (instant) => {
      await settled();
      while ((heap.peek()?.at ?? Number.POSITIVE_INFINITY) <= instant) if (happen() !== IDLE) await settled();
      now = Math.max(now, instant);
    },
    finish: async (work) => {
      let isDone = false;
      const mark = () => {
        isDone = true;
      };
      work.then(mark, mark);
      await settled();
      while (!isDone) {
        if (!heap.peek()) throw new Error('nothing is left to happen, and the work is not done');
        if (happen() !== IDLE) await settled();
      }
      return work;
    },
  };
};

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap: the first event in order is on top. */
const createHeap = () => {
  const events: Event[] = [];
  const eventAt = (i: number) => events[i] as Event;

  const push = (event: Event): void => {
    let i = events.length;
    events.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(event, eventAt(parent))) break;
      events[i] = eventAt(parent);
      i = parent;
    }
    events[i] = event;
  };

  const pop = (): Event | undefined => {
    const top = events[0];
    const last = events.pop();
    if (!last || events.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(eventAt(child + 1), eventAt(child))) child += 1;
      if (!isBefore(eventAt(child), last)) break;
      events[i] = eventAt(child);
      i = child;
    }
    events[i] = last;
    return top;
  };

  return { push, pop, peek: () => events[0] };
};
