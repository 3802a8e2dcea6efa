/** Runs the schedules of a configuration on this machine, at the times at which EventBridge Scheduler would. */
import { Cron } from 'croner';
import type { ScheduleConfig } from '../lib/config/settings.ts';

/** Of what croner writes otherwise: Saturday for the last day of the week, and the last such day of a month. */
const weekdays = (field: string): string =>
  field.toUpperCase() === 'L' ? '7' : field.replace(/^([^#]+)L$/i, (_, day: string) => `${day}#L`);

const partsIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (at: Date): string => format.format(at);
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Clocks are put back by an hour nearly everywhere, by half an hour on Lord Howe Island. */
const PUT_BACK = [30 * MINUTE, HOUR, 2 * HOUR];

/**
 * When a schedule runs next, after a moment; null: never again. As AWS does, it skips a local time that does not exist and runs
 * once at one that comes twice (EventBridge Scheduler User Guide, "Daylight savings time"). croner runs the first after the
 * clocks have jumped, or the second a second time, which depends on the expression.
 */
export const nextRun = ({ cron, timeZone }: Pick<ScheduleConfig, 'cron' | 'timeZone'>, after: Date): Date | null => {
  const [minutes, hours, day, month, weekday = '', year] = cron.trim().split(/\s+/);
  const job = new Cron(`0 ${minutes} ${hours} ${day} ${month} ${weekdays(weekday)} ${year}`, {
    timezone: timeZone,
    mode: '7-part',
    alternativeWeekdays: true,
    sloppyRanges: true,
    paused: true,
  });
  const wall = partsIn(timeZone);
  const isSecond = (at: Date) => PUT_BACK.some((ms) => wall(new Date(at.getTime() - ms)) === wall(at));
  let at = job.nextRun(after);
  while (at && (!job.match(at) || isSecond(at))) at = job.nextRun(at);
  return at;
};

/** Timers count milliseconds in 31 bits. */
const LONGEST_TIMER_MS = 24 * HOUR;

export type Submit = (schedule: ScheduleConfig) => Promise<void>;

/** Submits what each schedule has, from now on, and answers how to end that. */
export const startSchedules = (schedules: readonly ScheduleConfig[], submit: Submit): (() => void) => {
  const timers = new Map<string, NodeJS.Timeout>();
  const wait = (schedule: ScheduleConfig, at: Date | null): void => {
    if (!at) return;
    const ms = Math.max(0, at.getTime() - Date.now());
    const due = ms <= LONGEST_TIMER_MS;
    const timer = setTimeout(
      () => {
        if (due) void submit(schedule);
        wait(schedule, due ? nextRun(schedule, new Date(Math.max(at.getTime(), Date.now()))) : at);
      },
      due ? ms : LONGEST_TIMER_MS,
    );
    timers.set(schedule.name, timer);
  };
  for (const schedule of schedules) wait(schedule, nextRun(schedule, new Date()));
  return () => {
    for (const timer of timers.values()) clearTimeout(timer);
  };
};
