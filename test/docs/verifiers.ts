/** docs/webhooks.md shows how receivers verify: its functions are run, in their own languages, on what opwatch signs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { signedHeaders } from '../../lib/standard-webhooks.ts';
import { MINUTE } from '../samples.ts';
import { blocksIn, pageNamed, sectionOf } from './markdown.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const ED25519 = `whsk_${Buffer.alloc(32, 9).toString('base64')}`;
const BODY = JSON.stringify({ type: 'operation.failed', data: { reason: { message: '库存不足 — <b>' } } });

const signed = (secrets: readonly string[], at = Date.now(), more: Record<string, string> = {}) => ({
  secret: SECRET,
  headers: { ...signedHeaders(secrets, { id: 'msg_1', at }, BODY), ...more },
  body: BODY,
});

const CASES = [
  ['what was signed with the secret', true, signed([SECRET])],
  ['of several signatures one that is right', true, signed([OTHER, ED25519, SECRET])],
  ['what is four minutes old', true, signed([SECRET], Date.now() - 4 * MINUTE)],
  ['what was signed with another secret', false, signed([OTHER])],
  ['a signature of another kind', false, signed([ED25519])],
  ['a body with a blank more', false, { ...signed([SECRET]), body: `${BODY} ` }],
  ['another id', false, signed([SECRET], Date.now(), { 'webhook-id': 'msg_2' })],
  [
    'another time',
    false,
    signed([SECRET], Date.now() - MINUTE, { 'webhook-timestamp': `${Math.floor(Date.now() / 1000)}` }),
  ],
  ['what is six minutes old', false, signed([SECRET], Date.now() - 6 * MINUTE)],
  ['what comes from six minutes ahead', false, signed([SECRET], Date.now() + 6 * MINUTE)],
  ['no signature', false, signed([SECRET], Date.now(), { 'webhook-signature': '' })],
  ['a signature that is none', false, signed([SECRET], Date.now(), { 'webhook-signature': 'v1,å v1 ,' })],
  ['a time that is none', false, signed([SECRET], Date.now(), { 'webhook-timestamp': 'now' })],
  ['no headers at all', false, { ...signed([SECRET]), headers: {} }],
] as const;

/** Each language reads the cases as JSON from its input, and answers a list of booleans. */
const RUNS = {
  ts: {
    program: process.execPath,
    file: 'verify.ts',
    args: ['verify.ts'],
    whole: (text: string) => `${text}
import { readFileSync } from 'node:fs';
const cases = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(({ secret, headers, body }) => verify(secret, headers, body))));`,
  },
  python: {
    program: 'python3',
    file: 'verify.py',
    args: ['verify.py'],
    whole: (text: string) => `${text}
import json, sys
cases = json.load(sys.stdin)
print(json.dumps([verify(each["secret"], each["headers"], each["body"].encode()) for each in cases]))`,
  },
  go: {
    program: 'go',
    file: 'verify.go',
    args: ['run', 'verify.go'],
    whole: (text: string) => `package main

import ("crypto/hmac"; "crypto/sha256"; "encoding/base64"; "encoding/json"; "fmt"; "net/http"; "os"; "strconv"; "strings"; "time")

${text}
func main() {
	var cases []struct { Secret string; Headers map[string]string; Body string }
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
	verdicts := []bool{}
	for _, each := range cases {
		header := http.Header{}
		for name, value := range each.Headers { header.Set(name, value) }
		verdicts = append(verdicts, Verify(each.Secret, header, []byte(each.Body)))
	}
	json.NewEncoder(os.Stdout).Encode(verdicts)
}`,
  },
};

const isThere = (program: string): boolean =>
  isAbsolute(program) || (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const folder = mkdtempSync(join(tmpdir(), 'opwatch-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const blocks = blocksIn(sectionOf(pageNamed('webhooks.md'), 'Verifying'));

export const languagesShown = (): readonly string[] => blocks.map(({ language }) => language);

/** Runs the function in one language on every case; skips where this machine lacks the language. */
export const itVerifiesIn = (language: keyof typeof RUNS): void => {
  const { program, file, args, whole } = RUNS[language];
  it(`${language} [S7]`, ({ skip }) => {
    if (!isThere(program)) skip(`there is no ${program} on this machine`);
    const text = blocks.find((block) => block.language === language)?.text ?? '';
    writeFileSync(join(folder, file), whole(text));
    const input = JSON.stringify(CASES.map(([, , one]) => one));
    const env = { ...process.env, GO111MODULE: 'off' };
    const said: unknown = JSON.parse(execFileSync(program, args, { cwd: folder, input, env, encoding: 'utf8' }));
    expect(said).toEqual(CASES.map(([, isGood]) => isGood));
  });
};
