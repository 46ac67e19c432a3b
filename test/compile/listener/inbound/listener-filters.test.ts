import { describe, expect, it } from 'vitest';
import { listenerFilters } from '../../../../src/compile/listener/inbound/listener-filters.ts';

const chain = (port: number, transport: string, alpn?: string[]) => ({
  filter_chain_match: {
    ...(port > 0 ? { destination_port: port } : {}),
    transport_protocol: transport,
    ...(alpn ? { application_protocols: alpn } : {}),
  },
});

/** The predicates of the inspectors by the last part of their names. */
function disabled(...chains: ReturnType<typeof chain>[]): Record<string, unknown> {
  const filters = listenerFilters(chains, false, false);
  return Object.fromEntries(filters.map((filter) => [filter['name'].split('.').at(-1), filter['filter_disabled']]));
}

const range = (port: number) => ({ destination_port_range: { start: port, end: port + 1 } });

describe('listenerFilters', () => {
  it('names the ports that need no inspection where others are inspected', () => {
    const found = disabled(
      chain(0, 'tls'),
      chain(0, 'raw_buffer', ['http/1.1']),
      chain(90, 'raw_buffer'),
      chain(80, 'tls'),
    );
    expect(found).toEqual({
      tls_inspector: range(90),
      http_inspector: { or_match: { rules: [range(80), range(90)] } },
    });
  });

  it('names the ports that need it where others do not', () => {
    expect(disabled(chain(0, 'raw_buffer'), chain(80, 'tls'))).toEqual({ tls_inspector: { not_match: range(80) } });
  });

  it('needs no predicate where all ports are inspected, and no inspector where none is', () => {
    expect(disabled(chain(0, 'tls'), chain(80, 'tls'))).toEqual({ tls_inspector: undefined });
    expect(disabled(chain(0, 'raw_buffer'))).toEqual({});
  });
});
