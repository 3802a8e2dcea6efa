import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Misconfigured, RetryLater } from '../../lib/core/errors.ts';
import { createSend, type HttpRequest, type SendOptions } from '../../lib/net/http.ts';
import { createCertificate } from '../helpers/certificate.ts';
import { closeServers, serve, serveRaw } from '../helpers/network.ts';

afterEach(closeServers);

const certificate = createCertificate(['localhost']);
const LIMITS = { timeoutMs: 5_000, maxBytes: 1024 * 1024, onTooLong: 'fail' } as const;
/** Stands in for every secret a request may carry: no message may show it. */
const SECRET = 'hunter2';

const request = (port: number, parts: Partial<HttpRequest> & { scheme?: string } = {}): HttpRequest => {
  const { scheme = 'http', ...rest } = parts;
  return {
    method: 'GET',
    url: `${scheme}://127.0.0.1:${port}/path-${SECRET}?token=${SECRET}`,
    headers: { authorization: `Bearer ${SECRET}` },
    ...rest,
  };
};

const get = (port: number, options: Partial<SendOptions> = {}) => createSend({ ...LIMITS, ...options })(request(port));

const faultOf = async (answer: Promise<unknown>): Promise<RetryLater> => {
  const error = await answer.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(RetryLater);
  expect(error.message).not.toContain(SECRET);
  expect(error.message).toMatch(/^(127\.0\.0\.1|localhost|hooks\.example\.com|not called:) /);
  return error;
};

describe('an exchange', () => {
  test('sends what it is given, and adds little', async () => {
    const seen: { method?: string; url?: string; headers: unknown; body: string }[] = [];
    const { port } = await serve((incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      incoming.on('end', () => {
        seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
        outgoing
          .writeHead(
            201,
            [
              ['X-Twice', 'a'],
              ['x-twice', 'b'],
              ['X-Once', 'c'],
            ].flat(),
          )
          .end('{"ü":1}');
      });
    });
    const send = createSend({ ...LIMITS, userAgent: 'opwatch/1.2' });
    const answer = await send({
      method: 'POST',
      url: `http://127.0.0.1:${port}/a%2Fb?c=%20d`,
      headers: { 'x-mine': '1' },
      body: '{"é":1}',
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/a%2Fb?c=%20d',
        headers: {
          host: `127.0.0.1:${port}`,
          connection: 'keep-alive',
          'content-length': '8',
          'accept-encoding': 'identity',
          'user-agent': 'opwatch/1.2',
          'x-mine': '1',
        },
        body: '{"é":1}',
      },
    ]);
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-twice': 'a, b', 'x-once': 'c' },
      body: '{"ü":1}',
      cut: false,
    });
  });

  test.for([200, 204, 304, 400, 401, 403, 404, 407, 410, 429, 500, 503])(
    'hands over HTTP %i as it came',
    async (status) => {
      const { port } = await serve((_, outgoing) => outgoing.writeHead(status, { 'retry-after': '7' }).end());
      expect(await get(port)).toMatchObject({ status, headers: { 'retry-after': '7' }, body: '' });
    },
  );

  test.for([301, 302, 303, 307, 308])('follows no redirect (HTTP %i)', async (status) => {
    const elsewhere = await serve((_, outgoing) => outgoing.end('reached'));
    const { port } = await serve((_, outgoing) =>
      outgoing.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
    );
    expect(await get(port)).toMatchObject({ status, body: '' });
    expect(elsewhere.connections()).toBe(0);
  });

  test('hands over a page of HTML with 200 for its caller to make sense of', async () => {
    const { port } = await serve((_, outgoing) =>
      outgoing.setHeader('content-type', 'text/html').end('<html>log in</html>'),
    );
    expect(await get(port)).toMatchObject({ status: 200, body: '<html>log in</html>' });
  });

  test('puts up with an interim answer', async () => {
    const { port } = await serve((_, outgoing) => {
      outgoing.writeEarlyHints({ link: '</a>; rel=preload' });
      outgoing.end('done');
    });
    expect(await get(port)).toMatchObject({ status: 200, body: 'done' });
  });

  test('drops the byte order mark that would spoil JSON', async () => {
    const { port } = await serve((_, outgoing) => outgoing.end('\ufeff{}'));
    expect((await get(port)).body).toBe('{}');
  });

  test.for([
    ['a line break in a header', { headers: { 'x-key': `a\r\n${SECRET}` } }],
    ['a header name that is none', { headers: { [`x ${SECRET}`]: 'a' } }],
    ['a URL that is none', { url: `//${SECRET}` }],
    ['another scheme', { url: `ftp://127.0.0.1/${SECRET}` }],
  ] as const)('refuses to send %s', async ([, parts]) => {
    const { port, connections } = await serve((_, outgoing) => outgoing.end());
    const error = await createSend(LIMITS)(request(port, parts)).catch((reason) => reason);
    expect(error).toBeInstanceOf(Misconfigured);
    expect(error).toMatchObject({ code: 'invalid_request' });
    expect(error.message).not.toContain(SECRET);
    expect(connections()).toBe(0);
  });
});

describe('a hostile server', () => {
  const HUNDRED_MB = 100 * 1024 * 1024;

  test('that sends 100 MB is cut off early [F31] [F45]', async () => {
    let sent = 0;
    const { port } = await serve((_, outgoing) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const pump = (): void => {
        while (sent < HUNDRED_MB) {
          sent += chunk.length;
          if (!outgoing.write(chunk)) return;
        }
        outgoing.end();
      };
      outgoing.on('drain', pump);
      pump();
    });
    expect(await faultOf(get(port))).toMatchObject({ code: 'too_large', status: 200 });
    const answer = await get(port, { onTooLong: 'cut', maxBytes: 1_000 });
    expect(answer).toEqual({ status: 200, headers: expect.anything(), body: 'x'.repeat(1_000), cut: true });
    expect(sent).toBeLessThan(HUNDRED_MB / 4);
  });

  test('whose body fits exactly is not cut', async () => {
    const { port } = await serve((_, outgoing) => outgoing.end('x'.repeat(1_000)));
    expect(await get(port, { onTooLong: 'cut', maxBytes: 1_000 })).toMatchObject({
      body: 'x'.repeat(1_000),
      cut: false,
    });
    expect(await get(port, { onTooLong: 'fail', maxBytes: 1_000 })).toMatchObject({ cut: false });
  });

  test.for([10, 11, 12])('is cut between characters (%i bytes of three-byte ones)', async (maxBytes) => {
    const { port } = await serve((_, outgoing) => outgoing.end('雲'.repeat(20)));
    expect((await get(port, { onTooLong: 'cut', maxBytes })).body).toBe('雲'.repeat(Math.floor(maxBytes / 3)));
  });

  test('that compresses unasked cannot make us inflate anything [F31]', async () => {
    const { port } = await serve((_, outgoing) => {
      outgoing.setHeader('content-encoding', 'gzip');
      const gzip = createGzip();
      gzip.pipe(outgoing);
      gzip.end(Buffer.alloc(64 * 1024 * 1024));
    });
    expect(await faultOf(get(port))).toMatchObject({ code: 'protocol', status: 200 });
    expect(await get(port, { onTooLong: 'cut' })).toMatchObject({ status: 200, body: '', cut: true });
  });

  const DRIP = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n';
  test.for([
    ['never answers', '', Number.POSITIVE_INFINITY],
    ['sends its headers byte by byte', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1_000)}`, 1],
    ['sends its body byte by byte', `${DRIP}${'y'.repeat(1_000)}`, DRIP.length + 1],
    ['sends one interim answer after the other', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000), 27],
  ] as const)('that %s is left at the deadline [F30] [F45]', async ([, bytes, step]) => {
    let sent = 0;
    const { port } = await serveRaw((socket) => {
      const timer = setInterval(() => {
        const next = sent === 0 ? step : step === 27 ? 27 : 1;
        socket.write(bytes.slice(sent, sent + next));
        sent += next;
      }, 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await faultOf(get(port, { timeoutMs: 250 }))).toMatchObject({ code: 'timeout' });
    // The server was still sending: a limit on silence alone would never have ended this.
    if (bytes !== '') expect(sent).toBeLessThan(bytes.length);
  });

  test('whose name is never found is left at the deadline [F30]', async () => {
    const guard = { rules: {}, resolve: () => new Promise<never>(() => {}) };
    const send = createSend({ ...LIMITS, timeoutMs: 50, guard });
    const error = await faultOf(send(request(443, { url: `https://hooks.example.com/${SECRET}` })));
    expect(error).toMatchObject({ code: 'timeout' });
    expect(error.message).toBe('hooks.example.com gave no full answer within 50 ms (connecting)');
  });

  test.for([
    ['closes without a word', '', 'reset'],
    ['closes in mid-header', 'HTTP/1.1 200 OK\r\nx: ', 'reset'],
    ['ends before its content-length', 'HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{"a":', 'reset'],
    ['ends in mid-chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc', 'reset'],
    ['is no HTTP server', 'SSH-2.0-OpenSSH_9.9\r\n', 'protocol'],
    ['sends headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, 'protocol'],
    ['sends broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'protocol'],
    [
      'gives its length twice',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'protocol',
    ],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'protocol'],
  ] as const)('that %s [F29]', async ([, bytes, code]) => {
    const { port } = await serveRaw((socket) => socket.end(bytes));
    expect(await faultOf(get(port))).toMatchObject({ code });
  });

  test('that resets the connection in mid-body [F29]', async () => {
    const { port } = await serveRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{"a":', () => socket.resetAndDestroy()),
    );
    expect(await faultOf(get(port))).toMatchObject({ code: 'reset' });
  });

  test('that is not there [F29]', async () => {
    const { port } = await serve(() => {});
    await closeServers();
    expect(await faultOf(get(port))).toMatchObject({
      code: 'connect',
      message: '127.0.0.1 cannot be connected to (ECONNREFUSED)',
    });
  });

  test('whose name does not exist [F29]', async () => {
    const notFound = Object.assign(new Error(SECRET), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    const send = createSend({ ...LIMITS, guard: { rules: {}, resolve: () => Promise.reject(notFound) } });
    expect(await faultOf(send(request(443, { url: 'https://hooks.example.com/' })))).toMatchObject({
      code: 'dns',
      message: 'hooks.example.com cannot be looked up (ENOTFOUND)',
    });
  });
});

describe('TLS', () => {
  const overTls = (port: number, options: Partial<SendOptions> = {}) =>
    createSend({ ...LIMITS, ...options })(request(port, { scheme: 'https' }));
  const trusted = { ca: [certificate.cert] };

  test('is spoken to a server whose authority is trusted', async () => {
    const { port } = await serve((_, outgoing) => outgoing.end('hello'), certificate);
    expect(await overTls(port, trusted)).toMatchObject({ status: 200, body: 'hello' });
  });

  test('is not to be had with a certificate nobody vouches for, whatever the environment says', async () => {
    const { port } = await serve((_, outgoing) => outgoing.end('hello'), certificate);
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await faultOf(overTls(port))).toMatchObject({ code: 'tls' });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  test('is not to be had with the certificate of another host', async () => {
    const other = createCertificate(['other.example.com']);
    const { port } = await serve((_, outgoing) => outgoing.end('hello'), other);
    const send = createSend({ ...LIMITS, ca: [other.cert] });
    const error = await faultOf(send(request(port, { url: `https://localhost:${port}/` })));
    expect(error).toMatchObject({ code: 'tls', message: 'localhost failed at TLS (ERR_TLS_CERT_ALTNAME_INVALID)' });
  });

  test('is not to be had with a certificate that has run out', async () => {
    const old = createCertificate(['localhost'], Date.now() - 30 * 86_400_000);
    const { port } = await serve((_, outgoing) => outgoing.end('hello'), old);
    expect(await faultOf(overTls(port, { ca: [old.cert] }))).toMatchObject({ code: 'tls' });
  });

  test.for([
    ['speaks plain HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['hangs up', ''],
  ] as const)('is not to be had with a server that %s', async ([, bytes]) => {
    const { port } = await serveRaw((socket) => socket.end(bytes));
    expect(await faultOf(overTls(port, trusted))).toMatchObject({ code: 'tls' });
  });

  test('has its deadline for the handshake too [F30]', async () => {
    const { port } = await serveRaw(() => {});
    const error = await faultOf(overTls(port, { ...trusted, timeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'timeout', message: '127.0.0.1 gave no full answer within 100 ms (securing)' });
  });
});

describe('connections', () => {
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

  test('are kept: thirty requests, one connection, no listener left behind', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { port, connections } = await serve((_, outgoing) => outgoing.end('ok'));
    const send = createSend(LIMITS);
    for (let i = 0; i < 30; i += 1) expect((await send(request(port))).body).toBe('ok');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(connections()).toBe(1);
    expect(warnings).toEqual([]);
  });

  for (const [scheme, own] of [
    ['http', undefined],
    ['https', certificate],
  ] as const) {
    const options = { ...LIMITS, ca: [certificate.cert] };

    test.for(['GET', 'POST'] as const)(
      `that idled to death cost nothing: %s over ${scheme} goes out once more`,
      async (method) => {
        const server = await serveRaw((socket, number) => (number === 2 ? socket.destroy() : socket.write(OK)), own);
        const send = createSend(options);
        const body = method === 'POST' ? { body: 'x' } : {};
        expect((await send(request(server.port, { scheme, method, ...body }))).body).toBe('ok');
        expect((await send(request(server.port, { scheme, method, ...body }))).body).toBe('ok');
        expect(server.connections()).toBe(2);
      },
    );

    test(`that break once a byte of the answer came are not tried again over ${scheme}`, async () => {
      let requests = 0;
      const server = await serveRaw((socket, number) => {
        requests = number;
        if (number === 1) socket.write(OK);
        else socket.write('H', () => socket.destroy());
      }, own);
      const send = createSend(options);
      await send(request(server.port, { scheme, method: 'POST', body: 'x' }));
      expect(await faultOf(send(request(server.port, { scheme, method: 'POST', body: 'x' })))).toMatchObject({
        code: 'reset',
      });
      expect(requests).toBe(2);
    });

    test(`that break when new are not tried again over ${scheme}`, async () => {
      const server = await serveRaw((socket) => socket.destroy(), own);
      expect(await faultOf(createSend(options)(request(server.port, { scheme })))).toMatchObject({ code: 'reset' });
      expect(server.connections()).toBe(1);
    });
  }

  test('that died together cost nothing either: the second try is on a new one', async () => {
    const server = await serveRaw((socket, number) => {
      if (number === 3) socket.destroy();
      else socket.write(OK);
    });
    const send = createSend(LIMITS);
    await Promise.all([send(request(server.port)), send(request(server.port))]);
    expect((await send(request(server.port))).body).toBe('ok');
    expect(server.connections()).toBe(3);
  });

  test('that broke leave the second try what is left of the deadline', async () => {
    const server = await serveRaw((socket, number) => {
      if (number === 1) socket.write(OK);
      if (number === 2) socket.destroy();
    });
    const send = createSend({ ...LIMITS, timeoutMs: 200 });
    await send(request(server.port));
    expect(await faultOf(send(request(server.port)))).toMatchObject({ code: 'timeout' });
    expect(server.connections()).toBe(2);
  });

  test('that were cut off are not used again', async () => {
    const server = await serve((_, outgoing) => outgoing.end('x'.repeat(5_000)));
    const send = createSend({ ...LIMITS, onTooLong: 'cut', maxBytes: 10 });
    await send(request(server.port));
    expect((await send(request(server.port))).body).toBe('x'.repeat(10));
    expect(server.connections()).toBe(2);
  });
});

describe('an answer that is complete', () => {
  const STRAY = [
    ['a 204 with a body', 'HTTP/1.1 204 No Content\r\n\r\nno content?', 204, ''],
    ['a 204 with the length of a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nfour', 204, ''],
    ['a length that is too short', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok, and more', 200, 'ok'],
    [
      'bytes behind the last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n{}',
      200,
      'ok',
    ],
    [
      'another answer behind it',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n',
      200,
      'ok',
    ],
    ['line ends behind it', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\r\n\r\n', 200, 'ok'],
  ] as const;

  test.for(STRAY)('stands whatever follows it in the same packet: %s', async ([, bytes, status, body]) => {
    const { port } = await serveRaw((socket) => socket.write(bytes));
    const send = createSend(LIMITS);
    expect(await send(request(port))).toMatchObject({ status, body });
    expect(await send(request(port))).toMatchObject({ status, body });
  });

  test.for(STRAY)('stands over TLS as well: %s', async ([, bytes, status, body]) => {
    const { port } = await serveRaw((socket) => socket.write(bytes), certificate);
    const send = createSend({ ...LIMITS, ca: [certificate.cert] });
    const url = `https://localhost:${port}/`;
    expect(await send(request(port, { url }))).toMatchObject({ status, body });
  });

  test('is not followed by the bytes that come late: they are no answer to the next request', async () => {
    const late = 'HTTP/1.1 500 Late\r\ncontent-length: 0\r\n\r\n';
    const { port } = await serveRaw((socket, number) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${number}`, () => socket.write(late));
    });
    const send = createSend(LIMITS);
    for (const body of ['1', '2', '3']) expect(await send(request(port))).toMatchObject({ status: 200, body });
  });
});
