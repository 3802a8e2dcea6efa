/**
 * What may go wrong (F) and what must never be let in (S): what opwatch promises for each. A test that shows such a
 * promise carries its id at the end of its name, as in `… [F9]`; docs/reliability.md is made of both.
 */

export type Entry = {
  readonly id: string;
  /** The fault, or what is asked for. */
  readonly about: string;
  /** What opwatch does then, or how it sees to it. */
  readonly outcome: string;
};

const numbered = (letter: string, rows: readonly (readonly [about: string, outcome: string])[]): Entry[] =>
  rows.map(([about, outcome], i) => ({ id: `${letter}${i + 1}`, about, outcome }));

export const FAULTS: readonly Entry[] = numbered('F', [
  // Submitting
  ['The same operation is submitted twice, or twice at once', 'One watch; the second caller gets it with 200'],
  [
    'The same operation is submitted for other targets',
    'They are merged into the watch; over already, it tells the new ones',
  ],
  [
    'A function dies after the watch is written, before its message is sent',
    'The sweep sends the message; submitting again changes nothing',
  ],
  ['A function dies before the watch is written', 'No 202 was given; submitting again makes the watch'],
  [
    'A queue takes only part of a batch of messages',
    'Only what was taken counts as sent; the rest is sent again or left to the sweep',
  ],
  ['A submission is malformed, huge or deep', 'Refused with every fault by name, before anything is written'],
  ['A tenant floods', 'It is answered 429 with Retry-After; others are served as before'],
  ['A schedule fires twice or late', 'One watch for one operation; a late one is told its outcome all the same'],
  // Queues and functions
  ['A message is delivered twice, also at once', 'One look counts; the loser lets its message go'],
  ['A message comes out of order or very late', 'It has an old ticket and is dropped on sight'],
  ['A function runs out of time in mid-batch', 'What is done stays done; only the rest comes back'],
  ['A function dies after the cloud has answered, before that is written', 'The operation is looked at again'],
  ['A frozen function wakes up after others have gone on', 'Its write is refused: it expects a version that is gone'],
  ['A message cannot be read', 'It is moved to the dead-letter queue with the reason; its neighbors are served'],
  ['Dead letters are sent back', 'What is out of date is dropped, what is not is done; none does harm'],
  [
    'Functions are throttled by Lambda',
    'Messages come back, up to 1,000 times, and the sweep sends fresh ones; an alarm tells of the oldest',
  ],
  ['Lambda stops recursive loops', 'No function sends to its own queue, so no chain of causes grows'],
  [
    'Thousands fall due at one instant',
    'They are looked at as fast as the cloud may be asked, and no faster; all are told',
  ],
  ['Queues are purged or replaced', 'The sweep sends a new message for everything that is owed'],
  [
    'Very many messages are hidden at once',
    'Watches are spread over as many queues as their number needs, 120,000 hidden messages each',
  ],
  [
    'Old and new versions run side by side',
    'Old rows and messages are read; a message of a later version goes back to its queue',
  ],
  // The table
  ['The table is throttled', 'The work comes back, and nothing is half done: each step is one conditional write'],
  ['Keys crowd together', 'Leases are spread over 8 shards and watches over their queues, evenly'],
  ['A write is done and its answer lost', 'Whoever tries again finds its own write and goes on'],
  ['Expiry deletes what is still owed', 'Nothing that owes work ever has an expiry; what is over keeps 30 days'],
  ['An index lags behind', 'What it shows is checked against the item; a stale entry does nothing'],
  [
    'Clocks differ between functions',
    'Versions and tickets decide, never a clock; nothing is lost or told under two ids',
  ],
  // Clouds
  ['A cloud throttles', 'Its Retry-After holds for the whole connection, its pace is halved; the watch goes on'],
  [
    'A cloud answers 5xx, breaks connections or has no name',
    'The watch stays as it is and is looked at less and less often, every five minutes at least',
  ],
  ['A cloud is slow, to the byte', 'One deadline for the whole exchange ends it; the rest of the batch is served'],
  ['A cloud sends a huge or compressed body', 'It is cut off at the byte cap, and nothing is ever inflated'],
  ['A cloud answers 200 with a page of HTML, or what is no JSON', 'That is no answer: never taken for a state'],
  ['A cloud uses a word nobody documented', 'The watch goes on, the word is kept as it is and reported once'],
  ['A state goes backwards', 'It is recorded and the watch goes on'],
  ['After the end the cloud says something else', 'The first end stands'],
  [
    'The cloud does not know the operation, or not any more',
    'A grace time first, three looks in a row for what was seen; then it is lost',
  ],
  ['The cloud’s clock differs from ours', 'Requests are signed by the cloud’s clock'],
  [
    'Credentials expire or are rotated',
    'They are read anew; refused, the connection rests, says so once and resumes by itself',
  ],
  ['A region is out for hours', 'Its watches live on to their deadline and catch up at the pace the cloud allows'],
  ['The deadline passes', 'One last look, then timed out, told once'],
  // Targets
  ['The notifier’s message is doubled', 'An attempt is claimed before it is made: one at a time, under one webhook-id'],
  [
    'The notifier dies after sending, before recording',
    'It is sent again with the same webhook-id and a fresh signature',
  ],
  [
    'A delivery’s message is poison, or lost',
    'It holds up nobody; the delivery stands in the table, and the sweep wakes it',
  ],
  [
    'A receiver is down, slow, overloaded or gone for good',
    'Ten attempts in three days, its Retry-After obeyed; then parked, alarmed, to be sent again; others are not delayed',
  ],
  [
    'A receiver redirects, leads to a private address or never stops talking',
    'No redirect is followed, no such address called, little is read, and in bounded time',
  ],
  ['A signing secret is rotated', 'While both are there, each request is signed with both'],
]);

export const REQUIREMENTS: readonly Entry[] = numbered('S', [
  [
    'Nobody submits without being known',
    'Tokens, or IAM; there is no open mode, and secrets are compared in constant time',
  ],
  ['Tenants do not meet', 'The tenant is the caller’s, never the request’s; what is another’s is not there'],
  ['Secrets stay in the parameter store', 'Everything else holds references; they are read anew when refused'],
  ['No secret is ever shown', 'A canary in every secret is in no row, message, log line, answer or webhook'],
  ['Every function may do its own work only', 'A role for each, without wildcards; no poller may send to a poll queue'],
  ['Data at rest and on the way is protected', 'Encrypted, TLS only, restorable, kept as long as it is needed'],
  ['Webhooks are signed', 'Standard Webhooks: one id, a timestamp for each attempt, more than one secret at a time'],
  [
    'Text from outside commands nobody',
    'Escaped for each chat, mentions defused, control characters taken out, lengths bounded',
  ],
  ['Everything has a bound', 'Bodies, fields, lists, answers and webhooks'],
  ['No tenant can use up what is others’', 'Limits on requests and watches, concurrency and pace'],
  [
    'The supply chain is short and locked',
    'Few pinned dependencies, from the registry, whole, each with its reason; scripts where needed only',
  ],
  [
    'Messages and bodies are data',
    'Parsed by schema; no evaluation, no prototype reached, no expression that runs away',
  ],
  [
    'Callbacks reach public addresses only',
    'https, checked by name and by the address that is dialed, at every attempt',
  ],
  ['Whoever operates leaves a trace', 'What was sent again, enabled or revoked is logged, and by whom'],
  ['Tools for development never reach production', 'The local stack knows its own queues, table and clouds only'],
]);

export const REGISTER: readonly Entry[] = [...FAULTS, ...REQUIREMENTS];
