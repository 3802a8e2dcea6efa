/**
 * The possible faults (F) and the rules of security (S), each with the promise of opwatch. A test that shows a promise has its id
 * at the end of its name, as in `… [F9]`. docs/reliability.md comes from this register and from the names of these tests.
 */

/** The fault or the rule, and then the reaction of opwatch. */
type Promised = readonly [about: string, outcome: string];

export const FAULTS: Readonly<Record<string, Promised>> = {
  F1: [
    'The same operation is submitted twice, or twice at once',
    'opwatch makes one watch. The second caller receives it with 200',
  ],
  F2: [
    'The same operation is submitted for other targets',
    'opwatch adds the targets to the watch. If the watch is over, opwatch tells the new targets the outcome',
  ],
  F3: [
    'A function dies after the watch is written, before its message is sent',
    'The sweep sends the message. Another submission changes nothing',
  ],
  F4: [
    'A function dies before the watch is written',
    'opwatch has answered no 202, so another submission makes the watch. AWS tries the submission of a schedule three times, then keeps it, and an alarm rings',
  ],
  F5: [
    'A queue takes only part of a batch of messages',
    'opwatch counts only the accepted messages as sent. The sweep sends the others',
  ],
  F6: [
    'A submission is malformed, huge or deep',
    'opwatch refuses the submission before it writes anything, and names every fault',
  ],
  F7: [
    'A tenant floods opwatch with requests',
    'opwatch answers this tenant 429 with Retry-After. It serves other tenants as before',
  ],
  F8: [
    'A schedule fires twice or late',
    'One operation has one watch. A late submission still receives the outcome. Two sweeps at a time send one message',
  ],
  F9: ['A message is delivered twice, perhaps at once', 'One look counts. The other function lets its message go'],
  F10: ['A message comes out of order or very late', 'The message has an old ticket, and opwatch drops it at once'],
  F11: [
    'A function runs out of time in the middle of a batch',
    'Finished work stays finished. Only the rest comes back',
  ],
  F12: [
    'A function dies after the cloud has answered, and before it writes the answer',
    'opwatch looks at the operation again',
  ],
  F13: [
    'A frozen function wakes up after others have gone on',
    'The table refuses its write, because the write expects an old version',
  ],
  F14: [
    'A function cannot read a message',
    'The function moves the message to the dead-letter queue with the reason, and an alarm rings. It handles the other messages of the batch',
  ],
  F15: [
    'Somebody sends dead letters back',
    'opwatch drops the messages that are out of date and handles the others. None of them does harm',
  ],
  F16: [
    'Lambda throttles functions',
    'Messages come back up to 1,000 times, and the sweep sends new ones. An alarm reports the oldest message',
  ],
  F17: ['Lambda stops recursive loops', 'No function sends to its own queue, so Lambda counts no loop'],
  F18: [
    'Thousands of watches fall due at one instant',
    'opwatch looks at them as fast as the cloud allows, and no faster. It tells all outcomes',
  ],
  F19: ['Somebody purges or replaces queues', 'The sweep sends a new message for every item that owes work'],
  F20: [
    'A queue can hide no more than 120,000 messages',
    'opwatch spreads watches over as many queues as their number needs. An alarm rings at 80 %',
  ],
  F21: [
    'Old and new versions run at the same time',
    'The new version reads old rows and messages. The old version returns a message of the new version to its queue',
  ],
  F22: [
    'DynamoDB throttles the table',
    'The work comes back. No step is half done, because each step is one conditional write',
  ],
  F23: [
    'Many keys fall into the same part of the table',
    'opwatch spreads leases evenly over 8 shards, and watches evenly over their queues',
  ],
  F24: ['A write succeeds, but its answer is lost', 'The function that tries again finds its own write and continues'],
  F25: [
    'Expiry could delete an item that owes work',
    'An item that owes work never has an expiry. opwatch keeps an item for 30 days after its work is done',
  ],
  F26: [
    'An index is behind the table',
    'opwatch compares each entry of the index with the item. An old entry has no effect',
  ],
  F27: [
    'Clocks differ between functions',
    'Versions and tickets decide, never a clock. opwatch loses nothing and tells nothing under two ids',
  ],
  F28: [
    'A cloud throttles opwatch',
    'Its Retry-After applies to the whole connection, and opwatch halves the pace. The watch continues',
  ],
  F29: [
    'A cloud answers 5xx, breaks connections, or its name does not resolve',
    'The watch does not change. opwatch looks less and less often, but at least every five minutes',
  ],
  F30: [
    'A cloud is slow at any byte of its answer',
    'One deadline ends the whole exchange. opwatch handles the rest of the batch',
  ],
  F31: [
    'A cloud sends a huge or compressed body',
    'opwatch cuts the body at the byte limit, and never decompresses anything',
  ],
  F32: [
    'A cloud answers 200 with an HTML page or other text that is not JSON',
    'opwatch treats this as no answer, and never as a state',
  ],
  F33: [
    'A cloud uses a word that its documentation does not list',
    'The watch continues. opwatch keeps the word and reports it once',
  ],
  F34: ['A state goes backwards', 'opwatch records the state, and the watch continues'],
  F35: ['After the end, the cloud reports another state', 'The first end stays'],
  F36: [
    'The cloud does not know the operation, or does not know it any more',
    'opwatch first waits for a grace time. If the cloud knew the operation before, opwatch waits for three such looks in a row. Then the operation is lost',
  ],
  F37: ['The cloud’s clock differs from ours', 'opwatch signs requests with the cloud’s clock'],
  F38: [
    'Credentials expire, or somebody rotates them',
    'opwatch reads the credentials again. If the cloud refuses them, the connection rests, reports this once, and continues by itself',
  ],
  F39: [
    'A region does not answer for hours',
    'Its watches stay alive until their deadline. They then catch up at the pace that the cloud allows',
  ],
  F40: [
    'The deadline of a watch passes',
    'opwatch makes one last look, even if it is late. If the look finds no end, or the cloud does not answer for 15 minutes, the watch has timed out, and opwatch tells this once',
  ],
  F41: [
    'SQS delivers a message of the notifier twice',
    'The notifier claims an attempt before it makes it. So it makes one attempt at a time, under one webhook-id',
  ],
  F42: [
    'The notifier dies after it sends and before it records',
    'It sends the event again, with the same webhook-id and a new signature',
  ],
  F43: [
    'No function can read the message of a delivery, or the message is lost',
    'Other deliveries do not wait. The table has the delivery, and the sweep wakes it',
  ],
  F44: [
    'A receiver is down, slow, overloaded or gone for good',
    'opwatch makes ten attempts in three days and obeys Retry-After. Then it parks the delivery and an alarm rings. Somebody can send the delivery again. Other deliveries are not late',
  ],
  F45: [
    'A receiver redirects, leads to a private address or never ends its answer',
    'opwatch follows no redirect and calls no private address. It reads a limited number of bytes in a limited time',
  ],
  F46: ['Somebody rotates a signing secret', 'While both secrets exist, opwatch signs each request with both'],
  F47: [
    'A cloud answers about another operation or another run',
    'opwatch takes no end from the answer, and looks at the operation again',
  ],
  F48: [
    'One call answers for many operations, and it fails or makes no sense',
    'opwatch asks for each operation by its id, within the same number of calls',
  ],
  F49: [
    'A cloud forgets an operation and then gives no useful answer',
    'The operation is lost, soon after the time for which the cloud keeps it. It never becomes succeeded',
  ],
  F50: [
    'A cloud answers an error code that opwatch does not know',
    'opwatch reads the words of the error. It never treats the error as an absence or a refused key. If the words tell nothing, opwatch quotes the body',
  ],
  F51: [
    'The reason of a failure has an unusual place or is an empty text',
    'opwatch reads every place of the API and invents nothing. A success shows no cause',
  ],
  F52: [
    'A message about an earlier state comes after a message about a later one',
    'The earlier message ends as overtaken, and opwatch does not send it. A status or live message ends in the final state. If an earlier request may still arrive, opwatch sends this state once more',
  ],
  F53: [
    'Several operations share the status of a commit or a chat message',
    'Each operation has its own status, or the status shows the worst one. A message names the failures first, with their links',
  ],
  F54: [
    'All callbacks of an origin fail',
    'opwatch disables the origin after five failures without a success in a day. It tells the tenant once, and an alarm lasts. The deliveries wait without attempts. opwatch wakes them when somebody enables the origin, or parks them at their usual end',
  ],
  F55: [
    'One tenant causes notices to the operators without end',
    'opwatch tells ten of its notices an hour, and that there are more. A chat receives several notices in one message, with urgent ones first. Notices of other tenants arrive in time',
  ],
  F56: [
    'Somebody rolls a release back while its rows and messages are at work',
    'The previous release reads them and loses nothing. An event that it cannot tell waits for the next upgrade',
  ],
  F57: [
    'Somebody restores the table to a point in time, and the queues are empty',
    'opwatch tells every event that it owed at that time, and the outcome of each new submission. docs/operations.md lists the events that come twice',
  ],
};

export const REQUIREMENTS: Readonly<Record<string, Promised>> = {
  S1: [
    'Only known callers submit',
    'A caller needs a token or IAM. opwatch has no open mode, and compares secrets in constant time',
  ],
  S2: [
    'Tenants are separate',
    'The tenant comes from the caller, never from the request. opwatch answers as if the items of other tenants did not exist',
  ],
  S3: [
    'Secrets stay in the secret store',
    'SSM or Secrets Manager holds the secrets. Everything else holds references. After a refusal opwatch reads the secret again',
  ],
  S4: [
    'opwatch never shows a secret',
    'The tests put a marker into every secret. The marker appears in no row, message, log line, answer or webhook',
  ],
  S5: [
    'Every function may do only its own work',
    'Each function has its own role without wildcards. No poller may send to a poll queue',
  ],
  S6: [
    'Data is protected in the table, in the queues and on the way',
    'AWS encrypts the data, accepts only TLS, can restore it, and keeps it only as long as opwatch needs it',
  ],
  S7: [
    'opwatch signs webhooks',
    'opwatch follows Standard Webhooks. A webhook has one id, and a timestamp for each attempt. Several secrets can be valid at a time',
  ],
  S8: [
    'Text from outside gives no commands',
    'opwatch escapes the text for each chat, disarms mentions, removes control characters and limits the length',
  ],
  S9: ['Everything has a limit', 'opwatch limits bodies, fields, lists, answers and webhooks'],
  S10: ['No tenant can use the share of other tenants', 'opwatch limits requests, watches, concurrency and pace'],
  S11: [
    'The supply chain is short and locked',
    'opwatch has few pinned dependencies, all from the registry, each complete and with its reason. None of their scripts runs at install',
  ],
  S12: [
    'Messages and bodies are only data',
    'opwatch parses them by schema. It evaluates no text, reaches no prototype, and has no slow regular expression',
  ],
  S13: [
    'Callbacks reach only public addresses',
    'opwatch accepts only https. At every attempt it checks the name and the dialed address',
  ],
  S14: [
    'Every change by a person leaves a trace',
    'opwatch logs each stop, extension, resend, enabling and disabling, with the token’s id or the IAM principal',
  ],
  S15: [
    'Tools for development never reach production',
    'The local stack knows only its own queues, table and clouds, and accepts no others',
  ],
  S16: [
    'No stage reads the secrets of another stage',
    'A role may read only the names that the configuration of its stage has. No pattern leaves the stage open',
  ],
  S17: [
    'No function touches a partition that its work does not need',
    'Each role names its partitions (dynamodb:LeadingKeys). Only the authorizer reads tokens, and no function writes them',
  ],
  S18: [
    'No receiver of callbacks forges a callback to another receiver',
    'opwatch signs callbacks with a private key, or with one key for each origin. A tenant keeps its own key until its configuration changes',
  ],
  S19: [
    'A refusal tells nothing that its caller may not see',
    'It names no connection, target or watch of others. It does not even tell whether one exists',
  ],
};

export const IDS: readonly string[] = Object.keys({ ...FAULTS, ...REQUIREMENTS });
