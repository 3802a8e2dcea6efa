/**
 * What may go wrong (F) and what must never be let in (S): what opwatch promises for each. A test that shows such a
 * promise carries its id at the end of its name, as in `… [F9]`; docs/reliability.md is made of both.
 */

/** The fault, or what is asked for; and what opwatch does then, or how it sees to it. */
type Promised = readonly [about: string, outcome: string];

export const FAULTS: Readonly<Record<string, Promised>> = {
  F1: ['The same operation is submitted twice, or twice at once', 'One watch; the second caller gets it with 200'],
  F2: [
    'The same operation is submitted for other targets',
    'They are merged into the watch; over already, it tells the new ones',
  ],
  F3: [
    'A function dies after the watch is written, before its message is sent',
    'The sweep sends the message; submitting again changes nothing',
  ],
  F4: [
    'A function dies before the watch is written',
    'No 202 was given, submitting again makes the watch; what a schedule asked for is tried three times, then kept and alarmed',
  ],
  F5: [
    'A queue takes only part of a batch of messages',
    'Only what was taken counts as sent; the sweep sends the rest',
  ],
  F6: ['A submission is malformed, huge or deep', 'Refused with every fault by name, before anything is written'],
  F7: ['A tenant floods', 'It is answered 429 with Retry-After; others are served as before'],
  F8: [
    'A schedule fires twice or late',
    'One watch for one operation; a late one is told its outcome all the same; two sweeps at a time send one message',
  ],
  F9: ['A message is delivered twice, also at once', 'One look counts; the loser lets its message go'],
  F10: ['A message comes out of order or very late', 'It has an old ticket and is dropped on sight'],
  F11: ['A function runs out of time in mid-batch', 'What is done stays done; only the rest comes back'],
  F12: ['A function dies after the cloud has answered, before that is written', 'The operation is looked at again'],
  F13: [
    'A frozen function wakes up after others have gone on',
    'Its write is refused: it expects a version that is gone',
  ],
  F14: [
    'A message cannot be read',
    'It is moved to the dead-letter queue with the reason, and alarmed; its neighbors are served',
  ],
  F15: ['Dead letters are sent back', 'What is out of date is dropped, what is not is done; none does harm'],
  F16: [
    'Functions are throttled by Lambda',
    'Messages come back, up to 1,000 times, and the sweep sends fresh ones; an alarm tells of the oldest',
  ],
  F17: ['Lambda stops recursive loops', 'No function sends to its own queue, so no chain of causes grows'],
  F18: [
    'Thousands fall due at one instant',
    'They are looked at as fast as the cloud may be asked, and no faster; all are told',
  ],
  F19: ['Queues are purged or replaced', 'The sweep sends a new message for everything that is owed'],
  F20: [
    'A queue can hide no more than 120,000 messages',
    'Watches are spread over as many queues as their number needs; an alarm tells of 80 %',
  ],
  F21: [
    'Old and new versions run side by side',
    'Old rows and messages are read; a message of a later version goes back to its queue',
  ],
  F22: ['The table is throttled', 'The work comes back, and nothing is half done: each step is one conditional write'],
  F23: ['Keys crowd together', 'Leases are spread over 8 shards and watches over their queues, evenly'],
  F24: ['A write is done and its answer lost', 'Whoever tries again finds its own write and goes on'],
  F25: ['Expiry deletes what is still owed', 'Nothing that owes work ever has an expiry; what is over keeps 30 days'],
  F26: ['An index lags behind', 'What it shows is checked against the item; a stale entry does nothing'],
  F27: [
    'Clocks differ between functions',
    'Versions and tickets decide, never a clock; nothing is lost or told under two ids',
  ],
  F28: ['A cloud throttles', 'Its Retry-After holds for the whole connection, its pace is halved; the watch goes on'],
  F29: [
    'A cloud answers 5xx, breaks connections or has no name',
    'The watch stays as it is and is looked at less and less often, every five minutes at least',
  ],
  F30: ['A cloud is slow, to the byte', 'One deadline for the whole exchange ends it; the rest of the batch is served'],
  F31: ['A cloud sends a huge or compressed body', 'It is cut off at the byte cap, and nothing is ever inflated'],
  F32: ['A cloud answers 200 with a page of HTML, or what is no JSON', 'That is no answer: never taken for a state'],
  F33: ['A cloud uses a word nobody documented', 'The watch goes on, the word is kept as it is and reported once'],
  F34: ['A state goes backwards', 'It is recorded and the watch goes on'],
  F35: ['After the end the cloud says something else', 'The first end stands'],
  F36: [
    'The cloud does not know the operation, or not any more',
    'A grace time first, three looks in a row for what was seen; then it is lost',
  ],
  F37: ['The cloud’s clock differs from ours', 'Requests are signed by the cloud’s clock'],
  F38: [
    'Credentials expire or are rotated',
    'They are read anew; refused, the connection rests, says so once and resumes by itself',
  ],
  F39: ['A region is out for hours', 'Its watches live on to their deadline and catch up at the pace the cloud allows'],
  F40: [
    'The deadline passes',
    'One last look, however late it is; timed out, told once, if it brings no end or the cloud gives no answer for 15 minutes',
  ],
  F41: [
    'The notifier’s message is doubled',
    'An attempt is claimed before it is made: one at a time, under one webhook-id',
  ],
  F42: [
    'The notifier dies after sending, before recording',
    'It is sent again with the same webhook-id and a fresh signature',
  ],
  F43: [
    'A delivery’s message is poison, or lost',
    'It holds up nobody; the delivery stands in the table, and the sweep wakes it',
  ],
  F44: [
    'A receiver is down, slow, overloaded or gone for good',
    'Ten attempts in three days, its Retry-After obeyed; then parked, alarmed, to be sent again; others are not delayed',
  ],
  F45: [
    'A receiver redirects, leads to a private address or never stops talking',
    'No redirect is followed, no such address called, little is read, and in bounded time',
  ],
  F46: ['A signing secret is rotated', 'While both are there, each request is signed with both'],
  F47: [
    'A cloud answers about another operation, or about another run, than the one asked about',
    'No end comes of it; the operation is looked at again',
  ],
  F48: [
    'A call that answers for many operations fails or makes no sense',
    'Each operation is asked for by its id, within the same number of calls',
  ],
  F49: [
    'A cloud forgets an operation, and answers nothing of use from then on',
    'Lost, soon after the time for which the cloud keeps it; never succeeded',
  ],
  F50: [
    'A cloud answers an error code that opwatch does not know by name',
    'Read by its words; never an absence and never a refused key; its body is quoted where they tell nothing',
  ],
  F51: [
    'The reason of a failure stands in an unusual place, or is an empty text',
    'Every place of the API is read; nothing is made up; a success shows no cause',
  ],
  F52: [
    'A message about an earlier state is retried, sent again or arrives after a later one',
    'It ends as overtaken and is not sent; what a target holds ends in the final state, which is sent once more where an earlier request may still arrive',
  ],
  F53: [
    'Several operations share what a target shows: the status of a commit, a chat message',
    'Each has a status of its own, or the worst shows; a message names the failures first, with their links',
  ],
  F54: [
    'The callbacks of an origin only fail',
    'It is disabled after five failures without a success in a day, its tenant is told once and an alarm lasts; its deliveries wait without attempts, are woken when it is enabled, or parked at their usual end',
  ],
  F55: [
    'One tenant provokes notices to the operators without end',
    'Ten an hour are told, and that there are more; a chat is told several in one message, what is urgent first, and other tenants’ notices arrive in time',
  ],
  F56: [
    'A release is rolled back while its rows and messages are at work',
    'The release before reads them and loses nothing; what it cannot tell waits for the next upgrade',
  ],
  F57: [
    'The table is restored to a point in time, and the queues are empty',
    'Whatever was owed at that time is told, and so is what is submitted again; docs/operations.md says which events come twice',
  ],
};

export const REQUIREMENTS: Readonly<Record<string, Promised>> = {
  S1: [
    'Nobody submits without being known',
    'Tokens, or IAM; there is no open mode, and secrets are compared in constant time',
  ],
  S2: ['Tenants do not meet', 'The tenant is the caller’s, never the request’s; what is another’s is not there'],
  S3: [
    'Secrets stay where secrets are kept',
    'SSM or Secrets Manager; everything else holds references, read anew when refused',
  ],
  S4: ['No secret is ever shown', 'A canary in every secret is in no row, message, log line, answer or webhook'],
  S5: [
    'Every function may do its own work only',
    'A role for each, without wildcards; no poller may send to a poll queue',
  ],
  S6: ['Data at rest and on the way is protected', 'Encrypted, TLS only, restorable, kept as long as it is needed'],
  S7: [
    'Webhooks are signed',
    'Standard Webhooks: one id, a timestamp for each attempt, more than one secret at a time',
  ],
  S8: [
    'Text from outside commands nobody',
    'Escaped for each chat, mentions defused, control characters taken out, lengths bounded',
  ],
  S9: ['Everything has a bound', 'Bodies, fields, lists, answers and webhooks'],
  S10: ['No tenant can use up what is others’', 'Limits on requests and watches, concurrency and pace'],
  S11: [
    'The supply chain is short and locked',
    'Few pinned dependencies, from the registry, whole, each with its reason; no script of theirs runs at install',
  ],
  S12: [
    'Messages and bodies are data',
    'Parsed by schema; no evaluation, no prototype reached, no expression that runs away',
  ],
  S13: [
    'Callbacks reach public addresses only',
    'https, checked by name and by the address that is dialed, at every attempt',
  ],
  S14: [
    'Whoever operates leaves a trace',
    'What is stopped, extended, sent again, enabled or disabled is logged with the token’s id or the IAM principal',
  ],
  S15: [
    'Tools for development never reach production',
    'The local stack knows its own queues, table and clouds only, and takes no others',
  ],
  S16: [
    'No stage reads the secrets of another',
    'A role may read the names that the configuration of its stage has; no pattern leaves the stage open',
  ],
  S17: [
    'No function touches a partition that its work does not need',
    'Each role names its partitions (dynamodb:LeadingKeys); only the authorizer reads tokens, and none writes them',
  ],
  S18: [
    'No receiver of callbacks forges one to another',
    'They are signed with a private key, or with a key for each origin; a tenant keeps its own until its configuration changes',
  ],
  S19: [
    'A refusal tells nothing of what its caller may not see',
    'It names no connection, target or watch of others, not even whether there is one',
  ],
};

export const IDS: readonly string[] = Object.keys({ ...FAULTS, ...REQUIREMENTS });
