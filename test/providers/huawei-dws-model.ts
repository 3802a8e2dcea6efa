/** What a cluster of GaussDB(DWS) really did: runs of one action, one after the other, and what its API shows of them. */
import fc from 'fast-check';
import { SUBMITTED_AT } from './course.ts';
import type { Reply } from './scripted.ts';
import type { Story } from './truth.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

type Run = { readonly begin: number; readonly end: number; readonly result: 'SUCCESS' | 'FAILED' };

/** How the API writes times: in a zone that it names, in one that it does not name, or not at all. */
type Writing = (at: number) => string | undefined;

const wall = (at: number, zone: number): string =>
  `${new Date(at + zone * HOUR).toISOString().slice(0, 19).replace('T', ' ')}.0`;

const WRITINGS: readonly Writing[] = [
  (at) => wall(at, 8),
  (at) => wall(at, 0),
  (at) => wall(at, -3),
  (at) => new Date(at).toISOString(),
  (at) => `${wall(at, 8).slice(0, 19)}+0800`,
];

/** Seconds from submission at which runs begin, each some time after the one before it. */
const runs: fc.Arbitrary<readonly Run[]> = fc
  .tuple(
    fc.constantFrom(-9 * 86_400, -86_400, -8 * 3_600, -3 * 3_600, -400, -200, -5, 3, 90, 400),
    fc.array(
      fc.record({
        pause: fc.constantFrom(20, 70, 3_600, 86_400),
        lasts: fc.constantFrom(4, 40, 300),
        result: fc.constantFrom('SUCCESS' as const, 'FAILED' as const),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([first, each]) => {
    let begin = SUBMITTED_AT + first * SECOND;
    return each.map(({ pause, lasts, result }) => {
      const run = { begin, end: begin + lasts * SECOND, result };
      begin = run.end + pause * SECOND;
      return run;
    });
  });

const error = (status: number, error_code: string): Reply => ({ status, body: { error_code, error_msg: 'm' } });

/** Answers at an address of the action that say nothing about it. */
const UNCLEAR: readonly Reply[] = [
  { status: 404, body: '<html>SUCCESS</html>' },
  error(404, 'APIGW.0101'),
  error(400, 'DWS.0001'),
  error(403, 'DWS.0015'),
  error(403, 'DWS.7023'),
  error(503, 'DWS.3027'),
  { body: [] },
  { body: { action_name: 'GROWING', status: 'SUCCESS' } },
];

/** Answers by which it says that there is none. */
const NONE: readonly Reply[] = [{ body: {} }, { body: '' }, error(404, 'DWS.3027')];

const look = fc.record({
  wait: fc.constantFrom(2, 15, 60, 200, 900),
  /** How the cloud spoils or bends this look. */
  manner: fc.constantFrom(
    'plain',
    'plain',
    'plain',
    'plain',
    'unclear',
    'unclear failure',
    'odd failure',
    'stale',
    'gone',
  ),
  pick: fc.nat(),
  busy: fc.constantFrom('', '', '', 'REBOOTING', 'RESIZE_FAILURE', 'ELB_BINDING', 'WAITING_REDISTRIBUTION'),
});

const operation = {
  region: 'cn-north-4',
  project_id: 'p1',
  cluster_id: '9f76c502-fc9c-4a52-8656-65d0da6e3d57',
  action_name: 'SNAPSHOTTING',
};

export const stories: fc.Arbitrary<Story> = fc
  .record({
    runs,
    looks: fc.array(look, { minLength: 1, maxLength: 6 }),
    written: fc.nat(WRITINGS.length - 1),
    names: fc.option(fc.nat(2), { freq: 4 }),
    showsEnds: fc.boolean(),
  })
  .map(({ runs, looks, written, names, showsEnds }) => {
    const write = WRITINGS[written] as Writing;
    const action = (name: string, status: string, at: number): Reply => ({
      body: { action_name: name, status, submit_time: write(at), items: [] },
    });
    const named = names === null ? undefined : runs[names % runs.length];
    let watched = named;
    let now = SUBMITTED_AT;
    const steps = looks.map(({ wait, manner, pick, busy }) => {
      now += wait * SECOND;
      const none = NONE[pick % NONE.length] as Reply;
      const current = runs.find(({ begin, end }) => begin <= now && now < end);
      const over = runs.filter(({ end }) => end <= now);
      const last = over.at(-1);
      const failed = over.findLast(({ result }) => result === 'FAILED');
      const isShown = !current && last?.result === 'SUCCESS' && showsEnds;
      const stale = manner === 'stale' && over[0] !== last ? over[0] : undefined;

      const own = stale
        ? action('SNAPSHOTTING', stale.result, stale.begin)
        : current && manner !== 'gone'
          ? action('SNAPSHOTTING', 'RUNNING', current.begin)
          : isShown
            ? action('SNAPSHOTTING', 'SUCCESS', last.begin)
            : none;
      const failure = failed
        ? action('SNAPSHOTTING_FAILED', manner === 'odd failure' ? 'FAIL' : 'FAILED', failed.begin)
        : none;
      const task = current ? 'SNAPSHOTTING' : busy || (last?.result === 'FAILED' ? 'SNAPSHOTTING_FAILED' : '');
      const cluster: Reply = {
        body: { cluster: { id: operation.cluster_id, status: 'AVAILABLE', task_status: task } },
      };
      const unclear = UNCLEAR[pick % UNCLEAR.length] as Reply;

      // The watched run is the one that the submission names, else the first that a look can have shown: over, if it was
      // submitted shortly before the submission, or under way.
      const isRecent = ({ begin }: Run) => begin >= SUBMITTED_AT - 300 * SECOND;
      if (stale && isRecent(stale)) watched ??= stale;
      if (current && manner !== 'unclear') watched ??= current;
      const mine = watched ? [watched] : over.filter(isRecent);
      const succeeds = mine.some(({ end, result }) => result === 'SUCCESS' && end <= now);
      const told = [manner === 'unclear' ? unclear : own, manner === 'unclear failure' ? unclear : failure, cluster];
      return { step: [(now - SUBMITTED_AT) / SECOND, told] as const, succeeds };
    });
    const submit_time = named && write(named.begin);
    return {
      operation: { ...operation, ...(submit_time && { submit_time }) },
      looks: steps,
      about: { runs, looks, written, names, showsEnds },
    };
  });
