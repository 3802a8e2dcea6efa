/** Our own sentences: what is kept in English is told in the language of the target, and nothing else is translated. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FAULTS } from '../../lib/core/fault-sentences.ts';
import { FORMER } from '../../lib/core/former-sentences.ts';
import { faultsIn, noteIn, reasonIn, saidBeside } from '../../lib/core/kept-sentence.ts';
import { NOTES } from '../../lib/core/note-sentences.ts';
import { filled, HOLDS, ONE_WORD, SENTENCES, type SentenceCode, TERMS } from '../../lib/core/sentences.ts';

const codes = Object.keys(SENTENCES) as SentenceCode[];
const slotsOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();
const VALUE = 'x-1';

/** A kept sentence of that code in Chinese; a term as it stands in the sentence that holds it. */
const inChinese = (code: SentenceCode, kept: string): string => {
  if (Object.hasOwn(FAULTS, code)) return faultsIn(kept, 'zh');
  if (!Object.hasOwn(TERMS, code)) return (Object.hasOwn(NOTES, code) ? noteIn : reasonIn)(kept, 'zh');
  const around = (phase: string) => ({ host: 'h', ms: '1', phase });
  const [before = '', behind = ''] = filled(SENTENCES.net_timeout.zh, around('|')).split('|');
  const whole = reasonIn(filled(SENTENCES.net_timeout.en, around(kept)), 'zh');
  return whole.slice(before.length, whole.length - behind.length);
};

describe('opwatch’s own sentences', () => {
  test.each(codes)('%s says the same in Chinese, and is found by its English', (code) => {
    const { en, zh } = SENTENCES[code];
    expect(slotsOf(zh)).toEqual(slotsOf(en));
    expect(zh).toMatch(/\p{Script=Han}/u);
    const values = Object.fromEntries(slotsOf(en).map((name) => [name, VALUE]));
    const kept = filled(SENTENCES[code].en, values);
    expect(noteIn(kept, 'en')).toBe(kept);
    expect(reasonIn(kept, 'en')).toBe(kept);
    expect(inChinese(code, kept)).toBe(zh.replace(/\{\w+\}/g, VALUE));
  });

  test.each(Object.values(FORMER).flatMap((table) => Object.entries(table) as [SentenceCode, string][]))(
    '%s is still found by the English of an earlier release: %s',
    (code, en) => {
      const { zh } = SENTENCES[code];
      expect(en).not.toBe(SENTENCES[code].en);
      expect(slotsOf(en)).toEqual(slotsOf(zh));
      expect(inChinese(code, en.replace(/\{\w+\}/g, VALUE))).toBe(zh.replace(/\{\w+\}/g, VALUE));
    },
  );

  it('are found whatever a cloud puts into them', () => {
    const word = fc.stringMatching(/^[\w./-]{1,20}$/);
    const text = fc.oneof(
      word,
      fc.string({ minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        'a: b: c',
        'x; y: z',
        'HTTP 410: gone',
        'nothing was seen; none',
        'not found (x)',
        'waiting',
        'a, b',
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...codes), word, text, (code, one, other) => {
        const { en, zh } = SENTENCES[code];
        const names = slotsOf(en).filter((name) => HOLDS[name] === undefined);
        const last = [...en.matchAll(/\{(\w+)\}/g)].at(-1)?.[1] ?? '';
        // Only the last value may be any text: behind it nothing has to be found.
        const values = Object.fromEntries(
          slotsOf(en).map((name) => [
            name,
            name === last && names.includes(name) && !ONE_WORD.includes(name) ? other : one,
          ]),
        );
        const wanted = zh.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
        expect(inChinese(code, filled(SENTENCES[code].en, values))).toBe(wanted);
      }),
    );
  });

  test.each([
    [
      'The deadline passed without a last answer. The last answer on record, of 2026-01-05T08:00:00.000Z: RUNNING. From 2026-01-05T09:00:00.000Z to 2026-01-05T09:15:00.000Z the cloud refused: Forbidden.RAM: not authorized: no action x',
      '期限已过，且未得到最后的答复。记录中的最后答复（2026-01-05T08:00:00.000Z）：RUNNING。从 2026-01-05T09:00:00.000Z 到 2026-01-05T09:15:00.000Z，云端拒绝了请求：Forbidden.RAM：not authorized: no action x',
    ],
    [
      'The deadline passed without a last answer. No answer of the cloud is on record. From a to b the cloud did not answer: dns: emr.example.com cannot be looked up (ENOTFOUND)',
      '期限已过，且未得到最后的答复。没有云端答复的记录。从 a 到 b，云端没有答复：dns：无法解析 emr.example.com（ENOTFOUND）',
    ],
    [
      'The deadline passed. The last look, at T, did not find it: GetOperation shows no operation op-1',
      '期限已过。最后一次查询（T）未找到该操作：GetOperation 查不到 operation op-1',
    ],
    ['GetOperation shows no operation op-1', 'GetOperation 查不到 operation op-1'],
    [
      'the stack shows UPDATE_COMPLETE, begun at 2026-01-05T08:00:00Z: no CREATE was seen',
      '资源栈显示 UPDATE_COMPLETE（开始于 2026-01-05T08:00:00Z）：未看到 CREATE',
    ],
    [
      'the stack shows CREATE_COMPLETE, of unknown age; the end of the CREATE begun at T was not seen: it was rolled back',
      '资源栈显示 CREATE_COMPLETE（开始时间未知）；未看到 CREATE（开始于 T）结束：它已被回滚',
    ],
    [
      'no action SNAPSHOTTING; SNAPSHOTTING_FAILED without a state, without a submit time, may be of an earlier run; the cluster is AVAILABLE, tasks: none; failed reasons: DWS.5: m',
      '没有操作 SNAPSHOTTING；SNAPSHOTTING_FAILED 无状态（无提交时间），可能属于更早的一次执行；集群状态为 AVAILABLE，任务：无；失败原因：DWS.5: m',
    ],
    [
      'GROWING SUCCESS, submitted 2025-05-19 09:06:18, is of another run: nobody saw how the watched one ended',
      'GROWING SUCCESS（提交于 2025-05-19 09:06:18），属于另一次执行：未看到所监视的执行如何结束',
    ],
    [
      'BPStudio keeps an operation for one hour, and after that hour it brought only timeout: bpstudio.example.com gave no full answer within 5000 ms (waiting). It was under way when last seen',
      'BPStudio 只保留操作一小时，此后只返回 timeout：bpstudio.example.com 在 5000 毫秒内未给出完整应答（正在等待应答）。最后一次看到时仍在进行',
    ],
    ['The cloud says something of its own.', 'The cloud says something of its own.'],
    ['OperationNotFound: the console shows no trace of it', 'OperationNotFound: the console shows no trace of it'],
    ['', ''],
  ])('note: %s', (kept, zh) => expect(noteIn(kept, 'zh')).toBe(zh));

  test.each([
    ['retry: HTTP 410: the receiver wants no more: bye', '将重试：HTTP 410：接收方不再接收：bye'],
    ['gone: HTTP 410: the receiver wants no more', '已失效：HTTP 410：接收方不再接收'],
    ['retry: HTTP 203: a page instead of an answer: Sign in', '将重试：HTTP 203：返回的是网页而不是应答：Sign in'],
    ['retry: Slack channel_not_found', '将重试：Slack channel_not_found'],
    ['retry: HTTP 400: Feishu 9499: too many: slow down', '将重试：HTTP 400: Feishu 9499: too many: slow down'],
    [
      'retry: not called: ci.corp is a cloud metadata address: only public addresses may be called',
      '将重试：未调用：ci.corp 是云元数据地址：只允许调用公网地址',
    ],
    ['retry: not called: must be an https URL', '将重试：未调用：必须是 https 地址'],
    [
      "retry: HTTP 400: Telegram 400: Bad Request: group chat was upgraded; the chat's id is now -1001234",
      '将重试：HTTP 400: Telegram 400: Bad Request: group chat was upgraded；群聊 ID 现为 -1001234',
    ],
    [
      'ci.example.com gave no full answer within 15000 ms (waiting)',
      'ci.example.com 在 15000 毫秒内未给出完整应答（正在等待应答）',
    ],
    ['waiting', 'waiting'],
    ['private', 'private'],
    ['retry: ci.example.com cannot be looked up (ENOTFOUND)', '将重试：无法解析 ci.example.com（ENOTFOUND）'],
    ['the target is disabled: HTTP 410: the receiver wants no more', '该目标已停用：HTTP 410：接收方不再接收'],
    ['redirects are not followed', '不跟随重定向'],
    ['Forbidden.RAM', 'Forbidden.RAM'],
    [
      'retry: the signing secret must have 24 to 64 bytes after whsec_, not 3',
      '将重试：签名密钥在 whsec_ 之后须有 24 到 64 字节，而不是 3',
    ],
    ['HTTP 502: no JSON object: <html>Bad Gateway</html>', 'HTTP 502：不是 JSON 对象：<html>Bad Gateway</html>'],
    ['HTTP 400: an error without a Code', 'HTTP 400：错误中没有 Code'],
    ['Asked about task t-1 of c-2, told about other tasks', '查询的是 task t-1 of c-2，答复的是 other tasks'],
  ])('reason: %s', (kept, zh) => expect(reasonIn(kept, 'zh')).toBe(zh));

  test.each([
    [
      '/provider: must be one of aliyun-emr, aliyun-ros; /notify/0: names no configured target and is no https URL',
      '/provider：必须是下列之一：aliyun-emr, aliyun-ros；/notify/0：既不是已配置的目标，也不是 https 地址',
    ],
    [
      '/notify/0: must not carry a query: such a URL is a secret; name it in the configuration; /x: is missing',
      '/notify/0：不得带有查询串：这样的地址是机密，请在配置中为其命名；/x：缺失',
    ],
    [
      '/notify/1: 10.0.0.1 is a private address: only public addresses may be called',
      '/notify/1：10.0.0.1 是私网地址：只允许调用公网地址',
    ],
    [
      '/labels/sha: must hold the full hash of the commit whose status is set, 40 hex digits (target commits needs it)',
      '/labels/sha：必须是要设置状态的提交的完整哈希，40 位十六进制数字（目标 commits 需要）',
    ],
    [
      'watch w_1 stands with the fields of its first submission: labels.sha is missing: the context of its commit status holds {label.env} (target commits needs it); labels.env is missing',
      '监视 w_1 沿用首次提交的字段：labels.sha 缺失：其提交状态的 context 含有 {label.env}（目标 commits 需要）；labels.env 缺失',
    ],
    [
      '/connection: this token may not use aliyun, only none: name what it may, or use a token that may more',
      '/connection：此令牌不得使用 aliyun，只允许 无：请改用允许的名称，或使用权限更大的令牌',
    ],
    ['/labels/a b: is missing', '/labels/a b：缺失'],
    ['/labels/a: is missing; /labels/very-lo…', '/labels/a：缺失；/labels/very-lo…'],
    ['something else: of others', 'something else: of others'],
  ])('faults: %s', (kept, zh) => expect(faultsIn(kept, 'zh')).toBe(zh));

  test.each([
    ['secret_unreadable', 'ssm:/a cannot be read: it does not exist or this function may not read it', /^无法读取 ssm/],
    ['no_connection', 'opwatch.config.ts names no connection x any more', /^opwatch.config.ts 中已没有连接 x$/],
    ['bad_path', '".." cannot be part of a path', /不能作为路径的一部分/],
    ['Forbidden.RAM', 'redirects are not followed', /^redirects are not followed$/],
    ['403', 'gone: away', /^gone: away$/],
  ])('beside the code %s: only of ours is it our sentence', (code, message, zh) => {
    expect(saidBeside(code, message, 'zh')).toMatch(zh);
    expect(saidBeside(code, message, 'en')).toBe(message);
  });

  it('are all in the table: no note, no reason and nothing that a cloud shows is written beside it', () => {
    const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const strays = files
      .filter((name) => !/^(sentences|config|commands\/.*)\.ts$/.test(name))
      .flatMap((name) =>
        [
          ...readFileSync(`lib/${name}`, 'utf8').matchAll(
            /\b(?:(?:note|shows|otherwise|why|reason)(?::| =)|(?:untied|otherRun|notIt|unseen|fault|unfit|nonsense|SecretError)\([^)]*?)\s*[`'][^`'\n]*?[a-z] [a-z][^`'\n]*/g,
          ),
        ].map(([text]) => `${name}: ${text}`),
      );
    expect(strays).toEqual([]);
  });

  it('reads a text of any length in one go', () => {
    const from = 'The deadline passed without a last answer. x From ';
    const text = `${from}${' to From '.repeat(100_000)}`;
    expect(noteIn(text, 'zh')).toBe(text);
    expect(reasonIn(`${'retry: '.repeat(100_000)}x`, 'zh')).toMatch(/^将重试：/);
  });
});
