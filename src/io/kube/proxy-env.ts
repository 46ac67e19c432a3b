import { BlockList, isIP } from 'node:net';

/**
 * The proxy that the environment names for a server, as Go reads it (golang.org/x/net/http/httpproxy): HTTPS_PROXY or
 * HTTP_PROXY by scheme, upper case first, not for localhost, and not for what NO_PROXY lists (`*`, `.suffix`, a domain
 * with those below it, an address, a CIDR; each with an optional `:port`).
 */
export function proxyFromEnvironment(server: URL, env: NodeJS.ProcessEnv): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return undefined;
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return undefined;
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').split(',').map((item) => item.trim().toLowerCase());
  if (exceptions.some((item) => item !== '' && excepts(item, host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excepts(item: string, host: string, port: string): boolean {
  if (item === '*') return true;
  const [, address, bits] = /^(.*)\/(\d+)$/.exec(item) ?? [];
  if (address && isIP(address)) return isIP(host) !== 0 && inRange(host, address, Number(bits));
  let pattern = item;
  const withPort = /^(\[.+\]|[^:]+):(\d+)$/.exec(item);
  if (withPort) {
    if (withPort[2] !== port) return false;
    pattern = withPort[1]!;
  }
  pattern = pattern.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
  if (pattern.startsWith('.')) return host.endsWith(pattern);
  return host === pattern || (isIP(host) === 0 && host.endsWith(`.${pattern}`));
}

function inRange(host: string, network: string, bits: number): boolean {
  const list = new BlockList();
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (bits > (family === 'ipv6' ? 128 : 32)) return false;
  list.addSubnet(network, bits, family);
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
