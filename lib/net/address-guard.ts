/**
 * Keeps webhooks on public addresses.
 *
 * Two doors, by one set of rules. `refusal` tells from the URL alone what can never pass, at submission and again before
 * every attempt; `createLookup` is the resolver a connection is made with, and hands over checked addresses only, so that
 * the address checked is the address dialed, for https as for http. Both are needed: Node never asks a `lookup` for a
 * literal, and its own `net.BlockList` is not asked for TLS at all.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';

export type Rules = {
  /** The only hosts that may be called: `ci.example.com`, or `.example.com` for everything below it. Left out: any. */
  readonly allowHosts?: readonly string[] | undefined;
  /** Ports besides 443. */
  readonly allowPorts?: readonly number[] | undefined;
  /** Opens private addresses and private names, for webhooks inside a VPC. */
  readonly allowPrivate?: boolean | undefined;
  /** Opens this machine, on any port and over http too: for the local stack only. */
  readonly allowLoopback?: boolean | undefined;
};

/** All addresses of a name; throws what the system's resolver throws. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export type Guard = {
  readonly rules: Rules;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
};

type Kind = 'loopback' | 'cloud metadata' | 'link-local' | 'private' | 'reserved';

/**
 * What is not public, first match first. From the IANA special-purpose address registries (RFC 6890), and the addresses
 * clouds serve their own machines from: AWS (EC2, ECS, EKS), Alibaba, Azure, Oracle, Google, each where it documents them.
 * Of these 168.63.129.16 (Azure) is in no special range, and the fd00 ones would open with the private ranges.
 */
const RANGES: Readonly<Record<Kind, string>> = {
  loopback: '127.0.0.0/8 ::1/128',
  'cloud metadata': `169.254.169.254/32 169.254.170.2/32 169.254.170.23/32 fd00:ec2::/32 100.100.100.200/32
    fd00:100::100:200/128 168.63.129.16/32 192.0.0.192/32 fd00:c1::a9fe:a9fe/128 fd20:ce::254/128`,
  'link-local': '169.254.0.0/16 fe80::/10',
  private: '10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7',
  // The last five lie in 2000::/3, outside of which no IPv6 address is public: protocol assignments (Teredo among them),
  // documentation, 6to4, the 6bone, documentation again.
  reserved: `0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
    240.0.0.0/4 2001::/23 2001:db8::/32 2002::/16 3ffe::/16 3fff::/20`,
};

const MAPPED = 0xffffn;
/** RFC 6052. AWS answers with it in IPv6-only subnets (DNS64), so its addresses are judged by the IPv4 address inside. */
const NAT64 = 0x64_ff9b_0000_0000_0000_0000n;

const groups = (text: string): bigint[] =>
  text
    .split(':')
    .filter(Boolean)
    .map((group) => BigInt(`0x${group}`));

/** The dotted end of an address, if it has one, as IPv6 writes it: `127.0.0.1` as `7f00:1`. */
const inHex = (address: string): string => {
  const dotted = /[\d.]*\.\d+$/.exec(address)?.[0];
  if (dotted === undefined) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${address.slice(0, -dotted.length)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** An address, known to be one, as 128 bits; IPv4 as ::ffff:a.b.c.d. */
const bitsOf = (address: string): bigint => {
  const [head = '', tail = ''] = `${address.includes(':') ? '' : '::ffff:'}${inHex(address)}`.split('::');
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | group, 0n);
};

const TABLE = (Object.keys(RANGES) as Kind[]).flatMap((kind) =>
  RANGES[kind].split(/\s+/).map((range) => {
    const [base = '', length = ''] = range.split('/');
    const shift = BigInt((base.includes(':') ? 128 : 32) - Number(length));
    return { kind, shift, prefix: bitsOf(base) >> shift };
  }),
);

/** What keeps an address from being public; undefined for a public one. With a zone id it never is. */
const kindOf = (address: string): Kind | undefined => {
  if (isIP(address) === 0 || address.includes('%')) return 'reserved';
  const given = bitsOf(address);
  const bits = given >> 32n === NAT64 ? (MAPPED << 32n) | (given & 0xffff_ffffn) : given;
  const kind = TABLE.find(({ shift, prefix }) => bits >> shift === prefix)?.kind;
  if (kind || bits >> 32n === MAPPED) return kind;
  // ISATAP (RFC 5214) puts an IPv4 address behind any prefix; outside 2000::/3 lie ::a.b.c.d and 64:ff9b:1::/48 too.
  const isIsatap = ((bits >> 32n) & 0xfdff_ffffn) === 0x5efen;
  return isIsatap || bits >> 125n !== 1n ? 'reserved' : undefined;
};

const shutKind = (address: string, rules: Rules): Kind | undefined => {
  const kind = kindOf(address);
  if (kind === 'private' && rules.allowPrivate) return undefined;
  if (kind === 'loopback' && rules.allowLoopback) return undefined;
  return kind;
};

const isBelow = (host: string, suffix: string): boolean => host === suffix || host.endsWith(`.${suffix}`);

const isAllowed = (host: string, entry: string): boolean =>
  entry.startsWith('.') ? host.endsWith(entry.toLowerCase()) : host === entry.toLowerCase();

/**
 * Ends of names that no public resolver knows: RFC 6761 (test, invalid, example), RFC 6762 (local, and the ends that its
 * appendix G lists for private networks), RFC 7686 (onion), RFC 8375 (home.arpa), RFC 9476 (alt); ICANN's internal, and corp,
 * home and mail, which it never delegates; and those that routers and Kubernetes give out (localdomain, svc).
 */
const PRIVATE_ENDS =
  'alt corp example home home.arpa internal intranet invalid lan local localdomain mail onion private svc test'.split(
    ' ',
  );

/** Names that only mean something inside one network, or nowhere; a name without a dot is one. */
const isPrivateName = (host: string): boolean =>
  !host.includes('.') || /\.\.|\.$/.test(host) || PRIVATE_ENDS.some((suffix) => isBelow(host, suffix));

/**
 * Tells why a URL can never be called by these rules, in words for whoever named it; undefined when it may be tried.
 * Looks nothing up: a name that leads to an address that is shut is refused when it is called.
 */
export const refusal = (text: string, rules: Rules): string | undefined => {
  if (!URL.canParse(text)) return sentence('guard_url');
  // The URL class turns every spelling of an IPv4 address (decimal, octal, hex, short, full-width) into the dotted one.
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isLiteral = isIP(host) !== 0;
  const isLoopback = isLiteral ? kindOf(host) === 'loopback' : isBelow(host, 'localhost');
  const isOpenLoopback = isLoopback && rules.allowLoopback === true;

  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isOpenLoopback)) return sentence('guard_https');
  if (url.username || url.password) return sentence('guard_user');
  if (rules.allowHosts?.some((entry) => isAllowed(host, entry)) === false) return sentence('guard_host', { host });
  if (isOpenLoopback) return undefined;
  if (isLoopback) return sentence('guard_self', { host });
  const kind = isLiteral ? shutKind(host, rules) : undefined;
  if (kind) return sentence('guard_kind', { host, kind });
  if (!isLiteral && !rules.allowPrivate && isPrivateName(host)) return sentence('guard_name', { host });
  const ports = [443, ...(rules.allowPorts ?? [])];
  return ports.includes(Number(url.port || 443))
    ? undefined
    : sentence('guard_port', { port: url.port, words: ports.join(', ') });
};

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

/**
 * The `lookup` to connect with: resolves a name afresh for each connection and hands over its addresses if every one of
 * them is open, else fails with `blocked_address`: a name with one good and one bad answer is somebody trying.
 */
export const createLookup = ({ rules, resolve = resolveBySystem }: Guard): LookupFunction => {
  const resolveChecked = async (hostname: string) => {
    const answers = await resolve(hostname);
    const kinds = answers.map(({ address }) => shutKind(address, rules));
    const kind = kinds.find((each) => each !== undefined);
    if (kind) {
      // The kind only: which address it was would tell a stranger about the network inside.
      const message = sentence('net_shut', { host: hostname, kind });
      throw new RetryLater({ code: 'blocked_address', message });
    }
    const [first] = answers;
    if (!first) throw new RetryLater({ code: 'dns', message: sentence('net_nowhere', { host: hostname }) });
    return { first, all: answers.map(({ address }) => ({ address, family: isIP(address) })) };
  };
  return (hostname, options, callback) => {
    resolveChecked(hostname).then(
      ({ first, all }) => (options.all ? callback(null, all) : callback(null, first.address, isIP(first.address))),
      (error) => callback(error, ''),
    );
  };
};
