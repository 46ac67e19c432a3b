import type { FilterChain, Message } from '../../model/envoy.ts';
import { objects } from '../../model/json.ts';
import { inRange, isLoopback } from '../security/ip-range.ts';
import type { Connection } from './connection.ts';

/** What listener filters found out about a connection. */
export interface Detected {
  transport: 'tls' | 'raw_buffer';
  protocols: readonly string[];
  sni?: string;
}

/** Index of the chain that takes a connection; undefined where none does. */
export type ChainTree = (connection: Connection, detected: Detected) => number | undefined;

/** One criterion: under which keys a chain stands, and which keys a connection asks for, the most specific first. */
interface Criterion {
  keys(match: Message): readonly string[];
  wanted(connection: Connection, detected: Detected, keys: readonly string[]): Iterable<string>;
}

/** A chain's index, or what the next criterion tells apart. */
type Node = number | { children: Map<string, Node>; keys: string[] };

/** The key of chains that do not ask for a criterion. */
const any = '';
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value : []);
const orAny = (keys: readonly string[]): readonly string[] => (keys.length === 0 ? [any] : keys);

/**
 * Envoy's order of criteria (FilterChainManagerImpl). At each of them the most specific key that any chain has decides, and
 * there is no way back to chains that stand under others.
 */
const criteria: readonly Criterion[] = [
  {
    keys: (match) => (match['destination_port'] === undefined ? [any] : [String(match['destination_port'])]),
    wanted: ({ destinationPort }) => [String(destinationPort), any],
  },
  ranges('prefix_ranges', ({ destinationIp }) => destinationIp),
  { keys: (match) => orAny(list(match['server_names']).map(serverNameKey)), wanted: (_, { sni }) => serverNames(sni) },
  {
    keys: (match) => [String(match['transport_protocol'] ?? any)],
    wanted: (_, { transport }) => [transport, any],
  },
  {
    keys: (match) => orAny(list(match['application_protocols'])),
    wanted: (_, { protocols }) => (protocols.length === 0 ? [any] : [...protocols, any]),
  },
  ranges('direct_source_prefix_ranges', ({ directSourceIp, sourceIp }) => directSourceIp ?? sourceIp),
  {
    keys: ({ source_type: type = 'ANY' }) => [type === 'ANY' ? any : String(type)],
    wanted: (connection) => [isLocal(connection) ? 'SAME_IP_OR_LOOPBACK' : 'EXTERNAL', any],
  },
  ranges('source_prefix_ranges', ({ sourceIp }) => sourceIp),
  {
    keys: (match) => orAny(list(match['source_ports']).map(String)),
    wanted: ({ sourcePort }) => (sourcePort === undefined ? [any] : [String(sourcePort), any]),
  },
];

/** Prepares the chains of a listener. */
export function chainTree(chains: readonly FilterChain[]): ChainTree {
  let root: Node | undefined;
  for (const [index, chain] of chains.entries()) root = insert(root, 0, index, chain.filter_chain_match ?? {});
  return (connection, detected) => {
    let node = root;
    for (const { wanted } of criteria) {
      if (typeof node !== 'object') return node;
      if (node.keys.length === 0) {
        node = node.children.get(any);
        continue;
      }
      let next: Node | undefined;
      for (const key of wanted(connection, detected, node.keys)) {
        next = node.children.get(key);
        if (next !== undefined) break;
      }
      node = next;
    }
    return typeof node === 'number' ? node : undefined;
  };
}

function insert(node: Node | undefined, depth: number, index: number, match: Message): Node {
  const criterion = criteria[depth];
  if (!criterion) return typeof node === 'number' ? node : index;
  const own = typeof node === 'object' ? node : { children: new Map<string, Node>(), keys: [] };
  for (const key of criterion.keys(match))
    own.children.set(key, insert(own.children.get(key), depth + 1, index, match));
  own.keys = [...own.children.keys()].filter((key) => key !== any).sort((a, b) => lengthOf(b) - lengthOf(a));
  return own;
}

/** A criterion of CIDR ranges: the longest that holds the address. A chain without any stands for all addresses. */
function ranges(field: string, addressOf: (connection: Connection) => string | undefined): Criterion {
  return {
    keys: (match) =>
      orAny(objects(match[field]).map((it) => `${it['address_prefix'] ?? ''}/${Number(it['prefix_len'] ?? 0)}`)),
    *wanted(connection, _, keys) {
      const address = addressOf(connection);
      for (const key of keys) {
        const slash = key.lastIndexOf('/');
        if (inRange(address, { address_prefix: key.slice(0, slash), prefix_len: Number(key.slice(slash + 1)) }))
          yield key;
      }
      yield any;
    },
  };
}

/** Length of a CIDR range; other keys need no order. */
function lengthOf(key: string): number {
  return Number(/\/(\d+)$/.exec(key)?.[1] ?? 0);
}

/** `*.shop.example` stands under `.shop.example`, as `.shop.example` would. */
function serverNameKey(name: string): string {
  const lower = name.toLowerCase();
  return lower.startsWith('*') ? lower.slice(1) : lower;
}

/** The name itself, and then its ends from each dot on. */
function* serverNames(sni: string | undefined): Iterable<string> {
  if (sni !== undefined && sni !== '') {
    yield sni;
    for (let dot = sni.indexOf('.', 1); dot >= 0 && dot < sni.length - 1; dot = sni.indexOf('.', dot + 1))
      yield sni.slice(dot);
  }
  yield any;
}

/** Whether a client sits in the same pod (Network::Utility::isSameIpOrLoopback). */
function isLocal({ sourceIp, destinationIp }: Connection): boolean {
  return sourceIp !== undefined && (sourceIp === destinationIp || isLoopback(sourceIp));
}
