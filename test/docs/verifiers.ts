/** docs/webhooks.md shows how receivers verify: its functions are run, in their own languages, on what opwatch signs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { publicKeyOf, signedHeaders } from '../../lib/net/standard-webhooks.ts';
import { MINUTE } from '../samples.ts';
import { blocksIn, pageNamed, sectionOf } from './markdown.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const ED25519 = `whsk_${Buffer.alloc(32, 9).toString('base64')}`;
const BODY = JSON.stringify({ type: 'operation.failed', data: { reason: { message: '库存不足 — <b>' } } });

const OTHER_ED25519 = `whsk_${Buffer.alloc(32, 10).toString('base64')}`;

/** What each function is given to verify with, what signs for it, and what does not. */
const KINDS = {
  Verifying: { key: SECRET, mine: SECRET, others: OTHER, another: ED25519, empty: 'v1,å v1 ,' },
  'Verifying v1a': {
    key: publicKeyOf(ED25519),
    mine: ED25519,
    others: OTHER_ED25519,
    another: SECRET,
    empty: 'v1a,å v1a ,',
  },
} as const;
export type Section = keyof typeof KINDS;

const casesOf = (section: Section) => {
  const { key, mine, others, another, empty } = KINDS[section];
  const signed = (secrets: readonly string[], at = Date.now(), more: Record<string, string> = {}) => ({
    secret: key,
    headers: { ...signedHeaders(secrets, { id: 'msg_1', at }, BODY), ...more },
    body: BODY,
  });
  return [
    ['what was signed with the key', true, signed([mine])],
    ['of several signatures one that is right', true, signed([others, another, mine])],
    ['what is four minutes old', true, signed([mine], Date.now() - 4 * MINUTE)],
    ['what was signed with another key', false, signed([others])],
    ['a signature of another kind', false, signed([another])],
    ['a body with a blank more', false, { ...signed([mine]), body: `${BODY} ` }],
    ['another id', false, signed([mine], Date.now(), { 'webhook-id': 'msg_2' })],
    [
      'another time',
      false,
      signed([mine], Date.now() - MINUTE, { 'webhook-timestamp': `${Math.floor(Date.now() / 1000)}` }),
    ],
    ['what is six minutes old', false, signed([mine], Date.now() - 6 * MINUTE)],
    ['what comes from six minutes ahead', false, signed([mine], Date.now() + 6 * MINUTE)],
    ['no signature', false, signed([mine], Date.now(), { 'webhook-signature': '' })],
    ['a signature that is none', false, signed([mine], Date.now(), { 'webhook-signature': empty })],
    ['a time that is none', false, signed([mine], Date.now(), { 'webhook-timestamp': 'now' })],
    ['no headers at all', false, { ...signed([mine]), headers: {} }],
  ] as const;
};

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
    // Before the cases are signed: on a busy machine compiling takes longer than a webhook may be old.
    builds: ['build', '-o', 'verified-by-go', 'verify.go'],
    args: [],
    whole: (text: string, imports = '"crypto/hmac"; "crypto/sha256"') => `package main

import (${imports}; "encoding/base64"; "encoding/json"; "fmt"; "net/http"; "os"; "strconv"; "strings"; "time")

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

const blocksOf = (section: Section) => blocksIn(sectionOf(pageNamed('webhooks.md'), section));

export const languagesShown = (section: Section): readonly string[] =>
  blocksOf(section).map(({ language }) => language);

const GO_IMPORTS: Readonly<Record<Section, string>> = {
  Verifying: '"crypto/hmac"; "crypto/sha256"',
  'Verifying v1a': '"crypto/ed25519"',
};

const hasCryptography = (): boolean => {
  try {
    execFileSync('python3', ['-c', 'import cryptography'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Runs the function in one language on every case; skips where this machine lacks the language or what it needs. */
export const itVerifiesIn = (language: keyof typeof RUNS, section: Section): void => {
  const { program, file, args, whole } = RUNS[language];
  const { builds } = { builds: undefined, ...RUNS[language] };
  it(`${language} [S7]`, ({ skip }) => {
    if (!isThere(program)) skip(`there is no ${program} on this machine`);
    if (language === 'python' && section === 'Verifying v1a' && !hasCryptography())
      skip('there is no Python package cryptography on this machine');
    const text = blocksOf(section).find((block) => block.language === language)?.text ?? '';
    writeFileSync(join(folder, file), whole(text, GO_IMPORTS[section]));
    const env = { ...process.env, GO111MODULE: 'off' };
    if (builds) execFileSync(program, builds, { cwd: folder, env });
    const runs = builds ? join(folder, 'verified-by-go') : program;
    const cases = casesOf(section);
    const input = JSON.stringify(cases.map(([, , one]) => one));
    const said: unknown = JSON.parse(execFileSync(runs, args, { cwd: folder, input, env, encoding: 'utf8' }));
    expect(said).toEqual(cases.map(([, isGood]) => isGood));
  });
};
