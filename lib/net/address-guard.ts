/**
 * Keeps webhooks on public addresses.
 *
 * Two checks use one set of rules. `refusal` checks the URL alone, at the submission and before every attempt.
 * `createLookup` is the resolver of the connection. It returns checked addresses only, so opwatch dials the address
 * that it checked, for https and for http. Both are needed: Node asks no `lookup` for a literal address, and Node
 * ignores its own `net.BlockList` for TLS.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { RetryLater } from '../core/errors.ts';
import { sentence } from '../core/sentences.ts';

export type Rules = {
  /**
   * The only hosts that callbacks may name: `ci.example.com`, or `.example.com` for all hosts below it. Without this,
   * any host.
   */
  readonly allowHosts?: readonly string[] | undefined;
  /** Ports besides 443. */
  readonly allowPorts?: readonly number[] | undefined;
  /** Allows private addresses and private names, for webhooks inside a VPC. */
  readonly allowPrivate?: boolean | undefined;
  /** Allows this machine, on any port and over http too. For the local stack only. */
  readonly allowLoopback?: boolean | undefined;
};

/** Returns all addresses of a name. Throws the error of the system's resolver. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export type Guard = {
  readonly rules: Rules;
  /** The default is the system's resolver. */
  readonly resolve?: Resolve;
};

type Kind = 'loopback' | 'cloud metadata' | 'link-local' | 'private' | 'reserved';

/**
 * Ranges that are not public. The first match counts. Sources: the IANA special-purpose address registries (RFC 6890),
 * and the metadata addresses of clouds (AWS EC2, ECS and EKS, Alibaba, Azure, Oracle, Google) in the documents of each
 * cloud. 168.63.129.16 (Azure) lies in no special range. The fd00 addresses would open together with the private
 * ranges.
 */
const RANGES: Readonly<Record<Kind, string>> = {
  loopback: '127.0.0.0/8 ::1/128',
  'cloud metadata': `169.254.169.254/32 169.254.170.2/32 169.254.170.23/32 fd00:ec2::/32 100.100.100.200/32
    fd00:100::100:200/128 168.63.129.16/32 192.0.0.192/32 fd00:c1::a9fe:a9fe/128 fd20:ce::254/128`,
  'link-local': '169.254.0.0/16 fe80::/10',
  private: '10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7',
  // The last five lie in 2000::/3. No IPv6 address outside 2000::/3 is public. They are: protocol assignments (with
  // Teredo), documentation, 6to4, the 6bone, documentation again.
  reserved: `0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
    240.0.0.0/4 2001::/23 2001:db8::/32 2002::/16 3ffe::/16 3fff::/20`,
};

const MAPPED = 0xffffn;
/** RFC 6052. AWS answers with this prefix in IPv6-only subnets (DNS64). So the guard judges the IPv4 address inside. */
const NAT64 = 0x64_ff9b_0000_0000_0000_0000n;

const groups = (text: string): bigint[] =>
  text
    .split(':')
    .filter(Boolean)
    .map((group) => BigInt(`0x${group}`));

/** Writes the dotted end of an IPv6 address in hexadecimal: `127.0.0.1` as `7f00:1`. */
const inHex = (address: string): string => {
  const dotted = /[\d.]*\.\d+$/.exec(address)?.[0];
  if (dotted === undefined) return address;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${address.slice(0, -dotted.length)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

/** Returns a valid address as 128 bits. IPv4 becomes ::ffff:a.b.c.d. */
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

/** Returns the reason why an address is not public, or undefined. An address with a zone id is never public. */
const kindOf = (address: string): Kind | undefined => {
  if (isIP(address) === 0 || address.includes('%')) return 'reserved';
  const given = bitsOf(address);
  const bits = given >> 32n === NAT64 ? (MAPPED << 32n) | (given & 0xffff_ffffn) : given;
  const kind = TABLE.find(({ shift, prefix }) => bits >> shift === prefix)?.kind;
  if (kind || bits >> 32n === MAPPED) return kind;
  // ISATAP (RFC 5214) puts an IPv4 address behind any prefix. ::a.b.c.d and 64:ff9b:1::/48 lie outside 2000::/3 too.
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
 * Ends of names that no public resolver knows. RFC 6761: test, invalid, example. RFC 6762: local, and the ends of its
 * appendix G for private networks. RFC 7686: onion. RFC 8375: home.arpa. RFC 9476: alt. ICANN: internal, and corp, home
 * and mail, which it never delegates. Routers and Kubernetes give out localdomain and svc.
 */
const PRIVATE_ENDS =
  'alt corp example home home.arpa internal intranet invalid lan local localdomain mail onion private svc test'.split(
    ' ',
  );

/** Names that mean something only inside one network, or nowhere. A name without a dot is one of them. */
const isPrivateName = (host: string): boolean =>
  !host.includes('.') || /\.\.|\.$/.test(host) || PRIVATE_ENDS.some((suffix) => isBelow(host, suffix));

/**
 * Returns the reason why these rules never allow a URL, in words for the person who named it. Undefined when opwatch
 * may try it. It resolves nothing. A name that leads to a closed address fails at the call.
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
 * Returns the `lookup` of a connection. It resolves the name for each connection. If all addresses are open, it returns
 * them. Otherwise it fails with `blocked_address`, because a name with one good and one bad address is an attack.
 */
export const createLookup = ({ rules, resolve = resolveBySystem }: Guard): LookupFunction => {
  const resolveChecked = async (hostname: string) => {
    const answers = await resolve(hostname);
    const kinds = answers.map(({ address }) => shutKind(address, rules));
    const kind = kinds.find((each) => each !== undefined);
    if (kind) {
      // The message names only the kind. The address would tell a stranger about the network inside.
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
