import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createLookup, type Resolve, type Rules, refusal } from '../../lib/net/address-guard.ts';
import { createSend } from '../../lib/net/http.ts';
import { createCertificate } from '../helpers/certificate.ts';
import { closeServers, serve, serveRaw, witnessed } from '../helpers/network.ts';

afterEach(closeServers);

const LIMITS = { timeoutMs: 5_000, maxBytes: 1_024, onTooLong: 'cut' } as const;

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Addresses of every kind that is not public, the first and last of their ranges among them. */
const SHUT_V4 = words(`
  127.0.0.1 127.0.0.0 127.255.255.255 0.0.0.0 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.0
  172.31.255.255 192.168.0.0 192.168.255.255 100.64.0.0 100.100.100.200 100.127.255.255 169.254.0.0
  169.254.169.254 169.254.170.2 169.254.170.23 169.254.255.255 168.63.129.16 192.0.0.0 192.0.0.192 192.0.0.255
  192.0.2.1 192.88.99.1 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
  255.255.255.255
`);

const SHUT_V6 = words(`
  :: ::1 ::2 ::7f00:1 ::a9fe:a9fe ::127.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 fe80::1 febf::1
  fec0::1 feff::1 fc00:: fd00::1 fdff:ffff::1 ff00::1 ff02::1 ffff::1 fd00:ec2::254 fd00:ec2::23
  fd00:100::100:200 fd00:c1::a9fe:a9fe fd20:ce::254 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254
  64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 64:ff9b:1::1 64:ff9b:0:0:0:1:808:808 100::1 100:0:0:1::1 1fff::1 4000::1
  5f00::1 8000::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:808:808::1 2001::1 2001:0:7f00:1::
  2001:0:808:808::f7f7:f7f7 2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1
  3ffe::1 3fff::1 2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.0.0.1 2606:4700:0:0:0:5efe:808:808
`);

const OPEN_V4 = words(`
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
  168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
  192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
`);

const OPEN_V6 = words(`
  2000::1 2001:200::1 2001:4860:4860::8888 2001:db7::1 2001:db9::1 2003::1 2400:3200::1 2606:4700::1111
  2a00:1450::1 3ffd::1 3fff:1000::1 ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 64:ff9b::808:808
`);

/** The same IPv4 address as a URL may spell it. */
const spellings = (address: string): string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (number: number) => number.toString(16);
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    [a, b, c, d].map((part) => `0x${hex(part)}`).join('.'),
    [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    address.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    address.replaceAll('.', '。'),
    address.replaceAll('.', '%2e'),
    `[::ffff:${address}]`,
    `[::ffff:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
    `[0:0:0:0:0:FFFF:${address}]`,
    `[64:ff9b::${address}]`,
  ];
};

const NEVER = words(`
  http://example.com/ http://8.8.8.8/ ftp://example.com/ file:///etc/passwd gopher://example.com/ ssm:/x
  javascript:alert(1) data:text/plain,x ws://example.com/ //example.com/ example.com https:// https:///
  https://user@example.com/ https://user:password@example.com/ https://:password@example.com/
  https://example.com:80/ https://example.com:22/ https://example.com:8443/ https://8.8.8.8:444/
  https://localhost/ https://LOCALHOST/ https://localhost./ https://a.localhost/ https://localhost:443/
  https://intranet/ https://instance-data/ https://metadata.google.internal/ https://metadata.google.internal./
  https://printer.local/ https://ci.corp/ https://ci.CORP./ https://hooks.lan/ https://opwatch.svc/ https://a.b.svc/
  https://hooks.test/ https://hooks.test../ https://HOOKS.Invalid./ https://a..corp/ https://ci.example.com../ https://hooks.invalid/ https://hooks.example/ https://abcdef.onion/ https://x.alt/ https://nas.home/
  https://ci.intranet/ https://ci.private/ https://x.mail/ https://api.default.svc.cluster.local/ https://db.internal/
  https://router.home.arpa/ https://host.localdomain/ https://[fe80::1%25eth0]/ https://[::1%25lo]/
  https://256.1.1.1/ https://1.2.3.4.5/ https://[::1 https://[1::2::3]/ https://0x1ffffffff/
`);

const refusedUrls = [
  ...SHUT_V4.flatMap(spellings).map((host) => `https://${host}/hook`),
  ...SHUT_V6.map((address) => `https://[${address}]/hook`),
  ...NEVER,
  '',
  'https://a b/',
];

const answering =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const sendTo = (rules: Rules, resolve?: Resolve, ca?: string) => {
  const send = createSend({
    ...LIMITS,
    guard: { rules, ...(resolve && { resolve }) },
    ...(ca !== undefined && { ca: [ca] }),
  });
  return (url: string) => send({ method: 'POST', url, headers: {}, body: '{}' });
};

const lookUp = (rules: Rules, resolve: Resolve | undefined, hostname: string) =>
  new Promise<LookupAddress[]>((done, fail) => {
    createLookup({ rules, ...(resolve && { resolve }) })(hostname, { all: true }, (error, addresses) =>
      error ? fail(error) : done(addresses as LookupAddress[]),
    );
  });

describe('refused', () => {
  test(`${refusedUrls.length} URLs, by their looks and without opening a socket [S13]`, async () => {
    expect(refusedUrls.length).toBeGreaterThan(600);
    const send = sendTo({}, () => Promise.reject(new Error('looked up')));
    const { sockets } = await witnessed(async () => {
      for (const url of refusedUrls) {
        expect(refusal(url, {}), url).toEqual(expect.any(String));
        const error = await send(url).catch((reason) => reason);
        // What cannot even be called is the sender's to refuse; the guard refuses all that could.
        expect(error.code, url).toMatch(/^(blocked_address|invalid_request)$/);
      }
    });
    expect(sockets).toBe(0);
  });

  const shut = [
    ...SHUT_V4,
    ...SHUT_V6,
    ...SHUT_V4.map((address) => `::ffff:${address}`),
    'fe80::1%eth0',
    'no address',
    '',
  ];

  test(`names that lead to any of ${shut.length} addresses, alone or among good ones, without a connection tried [S13]`, async () => {
    const { attempts } = await witnessed(async () => {
      for (const address of shut) {
        for (const answers of [[address], ['8.8.8.8', address], [address, '2606:4700::1111', '1.1.1.1']]) {
          const send = sendTo({}, answering(...answers));
          await expect(send('https://hooks.example.com/'), address).rejects.toMatchObject({ code: 'blocked_address' });
        }
      }
    });
    expect(attempts).toEqual([]);
  });

  test('and the reason is for a person, without the address a name was found to have', async () => {
    const reason = await sendTo(
      {},
      answering('10.1.2.3'),
    )('https://hooks.example.com/a?b=c').catch((error) => error.message);
    expect(reason).toBe('hooks.example.com leads to a private address: only public addresses may be called');
  });

  test.for([
    ['https://2130706433/', '127.0.0.1 is this machine: only public addresses may be called'],
    ['https://a.localhost/', 'a.localhost is this machine: only public addresses may be called'],
    ['https://[fd00:ec2::254]/', 'fd00:ec2::254 is a cloud metadata address: only public addresses may be called'],
    ['https://169.254.0.1/', '169.254.0.1 is a link-local address: only public addresses may be called'],
    ['https://10.0.0.1/', '10.0.0.1 is a private address: only public addresses may be called'],
    ['https://[::2]/', '::2 is a reserved address: only public addresses may be called'],
    ['https://printer.local/', 'printer.local is not a public name'],
    ['http://example.com/', 'must be an https URL'],
    ['https://a:b@example.com/', 'must not carry a user name or password'],
    ['https://example.com:8443/', 'port 8443 is not open: only 443'],
    ['example.com', 'is not a valid URL'],
  ] as const)('%s: %s', ([url, reason]) => expect(refusal(url, {})).toBe(reason));

  test('is a name without an address', async () => {
    await expect(sendTo({}, answering())('https://hooks.example.com/')).rejects.toMatchObject({
      code: 'dns',
      message: 'hooks.example.com has no address',
    });
  });

  test('is an IPv4 address in one spelling exactly when it is in all', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const verdicts = spellings(address).map((host) => refusal(`https://${host}/`, {}) === undefined);
        expect(new Set(verdicts).size, address).toBe(1);
      }),
    );
  });

  test('is all IPv6 outside 2000::/3, but for what carries an IPv4 address', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre((groups[0] ?? 0) >> 13 !== 1 && groups[0] !== 0x64 && groups[0] !== 0);
        expect(refusal(`https://[${groups.map((each) => each.toString(16)).join(':')}]/`, {})).toBeDefined();
      }),
    );
  });
});

describe('allowed', () => {
  const open = [...OPEN_V4, ...OPEN_V6];

  test(`${open.length} public addresses, as literals and as what a name leads to`, async () => {
    expect(open.length).toBeGreaterThanOrEqual(30);
    for (const address of open) {
      const isV6 = address.includes(':');
      expect(refusal(isV6 ? `https://[${address}]/` : `https://${address}/`, {}), address).toBeUndefined();
      const found = await lookUp({}, answering(address), 'hooks.example.com');
      expect(found).toEqual([{ address, family: isV6 ? 6 : 4 }]);
    }
  });

  test.for([
    'https://example.com',
    'https://example.com:443/a?b=c#d',
    'https://EXAMPLE.com./',
    'https://bücher.example.com/',
    'https://a_b.example.com/',
  ])('%s', (url) => expect(refusal(url, {})).toBeUndefined());

  test('every address of a name is handed over, in its order', async () => {
    const all = ['2606:4700::1111', '1.1.1.1', '8.8.8.8'];
    expect((await lookUp({}, answering(...all), 'a.example.com')).map(({ address }) => address)).toEqual(all);
  });

  test('the system is asked where no other resolver is given', async () => {
    const found = await lookUp({ allowLoopback: true }, undefined, 'localhost');
    expect(found).not.toEqual([]);
    for (const { address } of found) expect(['127.0.0.1', '::1']).toContain(address);
  });

  test('a caller that wants one address gets the first', async () => {
    const one = await new Promise((done) => {
      const lookup = createLookup({ rules: {}, resolve: answering('2606:4700::1111', '1.1.1.1') });
      lookup('a.example.com', {}, (error, address, family) => done([error, address, family]));
    });
    expect(one).toEqual([null, '2606:4700::1111', 6]);
  });
});

describe('the rules', () => {
  test('can name the only hosts', () => {
    const rules = { allowHosts: ['ci.example.com', '.Hooks.example.com', '10.0.0.1'] };
    const allowed = (host: string) => refusal(`https://${host}/`, rules) === undefined;
    expect(
      ['ci.example.com', 'CI.example.com', 'ci.example.com.', 'a.hooks.example.com', 'a.b.hooks.example.com'].map(
        allowed,
      ),
    ).not.toContain(false);
    expect(
      ['example.com', 'xci.example.com', 'a.ci.example.com', 'hooks.example.com', 'xhooks.example.com', '8.8.8.8'].map(
        allowed,
      ),
    ).not.toContain(true);
    // To name a host is no way around the rest of the rules.
    expect(refusal('https://10.0.0.1/', rules)).toContain('private');
    expect(refusal('https://example.com/', rules)).toBe('example.com is not an allowed host');
    expect(refusal('https://example.com/', { allowHosts: [] })).toBeDefined();
  });

  test('can open more ports', () => {
    expect(refusal('https://example.com:8443/', { allowPorts: [8443] })).toBeUndefined();
    expect(refusal('https://example.com/', { allowPorts: [8443] })).toBeUndefined();
    expect(refusal('https://example.com:22/', { allowPorts: [8443] })).toBe('port 22 is not open: only 443, 8443');
  });

  const PRIVATE = ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12:3456::1', '::ffff:10.0.0.1'];

  test('can open private addresses and names, and nothing with them', async () => {
    const rules = { allowPrivate: true };
    const literal = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}/`;
    for (const address of PRIVATE) {
      expect(refusal(literal(address), rules), address).toBeUndefined();
      expect(await lookUp(rules, answering(address), 'jenkins.corp.internal')).toHaveLength(1);
    }
    expect(refusal('https://jenkins.corp.internal/', rules)).toBeUndefined();
    expect(refusal('https://jenkins/', rules)).toBeUndefined();

    const opened = /^(10\.|172\.(16|31)\.|192\.168\.|100\.64\.|100\.127\.|f[cd])/;
    const metadata = ['fd00:ec2::254', 'fd00:ec2::23', 'fd00:100::100:200', 'fd00:c1::a9fe:a9fe', 'fd20:ce::254'];
    const still = [...SHUT_V4, ...SHUT_V6].filter((address) => !opened.test(address) && !address.includes('10.0.0.1'));
    for (const address of [...still, ...metadata]) {
      expect(refusal(literal(address), rules), address).toBeDefined();
      await expect(lookUp(rules, answering(address), 'a.internal'), address).rejects.toMatchObject({
        code: 'blocked_address',
      });
    }
    expect(refusal('http://10.0.0.1/', rules)).toBe('must be an https URL');
  });

  test('can open this machine, and nothing with it', () => {
    const rules = { allowLoopback: true };
    for (const url of [
      'http://127.0.0.1:4000/',
      'http://localhost:4000/',
      'https://[::1]:4000/',
      'http://a.localhost/',
    ]) {
      expect(refusal(url, rules), url).toBeUndefined();
      expect(refusal(url, { allowPrivate: true }), url).toBeDefined();
    }
    for (const host of ['0.0.0.0', '10.0.0.1', '169.254.169.254', '[::]', '[::7f00:1]', '[2002:7f00:1::]']) {
      expect(refusal(`https://${host}/`, rules), host).toBeDefined();
    }
    for (const url of ['http://example.com/', 'ftp://localhost/', 'ws://127.0.0.1:4000/']) {
      expect(refusal(url, rules), url).toBe('must be an https URL');
    }
  });
});

for (const scheme of ['http', 'https'] as const) {
  const certificate = createCertificate(['localhost', 'a.localhost']);
  const own = scheme === 'https' ? certificate : undefined;
  const rules = { allowLoopback: true };

  describe(`over ${scheme}`, () => {
    test('a name reaches the address that was checked, looked up once for each connection [S13]', async () => {
      const { port } = await serve((_, outgoing) => outgoing.setHeader('connection', 'close').end('reached'), own);
      let lookups = 0;
      const send = sendTo(
        rules,
        async () => {
          lookups += 1;
          return [{ address: '127.0.0.1', family: 4 }];
        },
        certificate.cert,
      );
      const { attempts } = await witnessed(async () => {
        for (let i = 0; i < 3; i += 1) expect((await send(`${scheme}://a.localhost:${port}/`)).body).toBe('reached');
      });
      expect(attempts).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
      expect(lookups).toBe(3);
    });

    test('a name that leads elsewhere the second time is refused the second time [F45] [S13]', async () => {
      const { port, connections } = await serve(
        (_, outgoing) => outgoing.setHeader('connection', 'close').end('reached'),
        own,
      );
      const answers = [['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1', '10.0.0.1']];
      const send = sendTo(rules, () => answering(...(answers.shift() ?? []))(''), certificate.cert);
      const { attempts } = await witnessed(async () => {
        expect((await send(`${scheme}://a.localhost:${port}/`)).body).toBe('reached');
        for (let i = 0; i < 2; i += 1) {
          await expect(send(`${scheme}://a.localhost:${port}/`)).rejects.toMatchObject({ code: 'blocked_address' });
        }
      });
      expect(attempts).toEqual(['127.0.0.1']);
      expect(connections()).toBe(1);
    });

    test('the second try after a dead connection is checked as well [S13]', async () => {
      const server = await serveRaw(
        (socket, number) => (number === 2 ? socket.destroy() : socket.write('HTTP/1.1 204 No Content\r\n\r\n')),
        own,
      );
      const answers = [['127.0.0.1'], ['10.0.0.1']];
      const send = sendTo(rules, () => answering(...(answers.shift() ?? []))(''), certificate.cert);
      expect((await send(`${scheme}://a.localhost:${server.port}/`)).status).toBe(204);
      await expect(send(`${scheme}://a.localhost:${server.port}/`)).rejects.toMatchObject({ code: 'blocked_address' });
      expect(server.connections()).toBe(1);
    });

    test('a redirect to this machine is not followed [F45] [S13]', async () => {
      const { port, connections } = await serve((_, outgoing) => {
        outgoing.writeHead(307, { location: `${scheme}://127.0.0.1:${port}/again`, connection: 'close' }).end();
      }, own);
      const send = sendTo(rules, undefined, certificate.cert);
      expect((await send(`${scheme}://127.0.0.1:${port}/`)).status).toBe(307);
      expect(connections()).toBe(1);
    });
  });
}
