import { describe, expect, it } from 'vitest';
import { type DomainOptions, serviceDomains } from '../../../../src/compile/route/sidecar/domains.ts';

const base: DomainOptions = {
  hostname: 'catalog.shop.svc.cluster.local',
  aliases: [],
  addresses: ['10.96.0.1'],
  headless: false,
  port: 0,
  dnsDomain: 'shop.svc.cluster.local',
  absolute: true,
};

describe('domains of a service', () => {
  it('has every form that the search domains of the own namespace complete', () => {
    expect(serviceDomains(base).domains).toEqual([
      'catalog.shop.svc.cluster.local',
      'catalog.shop.svc.cluster.local.',
      'catalog',
      'catalog.shop.svc',
      'catalog.shop',
      '10.96.0.1',
    ]);
  });

  it('leaves the bare name to the own namespace', () => {
    const { domains } = serviceDomains({ ...base, dnsDomain: 'payments.svc.cluster.local', addresses: [] });
    expect(domains).toEqual([
      'catalog.shop.svc.cluster.local',
      'catalog.shop.svc.cluster.local.',
      'catalog.shop',
      'catalog.shop.svc',
    ]);
  });

  it('writes the port behind each form where Envoy heeds it', () => {
    const { domains } = serviceDomains({ ...base, port: 8080, absolute: false, addresses: ['fd00::1'] });
    expect(domains).toContain('catalog:8080');
    expect(domains).toContain('[fd00::1]:8080');
    expect(domains).toContain('[fd00::1]');
  });

  it('covers the pods of a headless service by wildcards', () => {
    const { domains } = serviceDomains({ ...base, headless: true, addresses: [], absolute: false });
    expect(domains).toContain('*.catalog.shop.svc.cluster.local');
    expect(domains).toContain('*.catalog');
    expect(domains).toHaveLength(8);
  });

  it('does not shorten what is no service of the cluster, and answers for aliases', () => {
    const external = serviceDomains({
      ...base,
      hostname: 'api.example.com',
      addresses: [],
      aliases: ['alias.shop.svc.cluster.local'],
    });
    expect(external.domains.slice(0, 2)).toEqual(['api.example.com', 'api.example.com.']);
    expect(external.domains).toContain('alias');
    expect(external.shortForms.has('alias')).toBe(true);
    expect(external.shortForms.has('api.example.com')).toBe(false);
  });

  it('cuts the part in common with a domain that is not of Kubernetes', () => {
    const { domains } = serviceDomains({
      ...base,
      hostname: 'foo.local.campus.net',
      dnsDomain: 'remote.campus.net',
      addresses: [],
      absolute: false,
    });
    expect(domains).toEqual(['foo.local.campus.net', 'foo.local', 'foo.local.campus']);
  });
});
