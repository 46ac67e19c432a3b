import { describe, expect, it } from 'vitest';
import { corsConfig } from '../../../../src/compile/route/http/cors.ts';
import { faultConfig } from '../../../../src/compile/route/http/fault.ts';
import { headerOperations } from '../../../../src/compile/route/http/headers.ts';

describe('fault injection', () => {
  it('delays and aborts a share of the requests', () => {
    const fault = {
      delay: { fixedDelay: '2s', percentage: { value: 12.5 } },
      abort: { httpStatus: 503, percentage: { value: 0.1 } },
    };
    expect(faultConfig(fault)).toMatchObject({
      delay: { fixed_delay: '2s', percentage: { numerator: 125000, denominator: 'MILLION' } },
      abort: { http_status: 503, percentage: { numerator: 1000, denominator: 'MILLION' } },
    });
  });

  it('delays nobody without a share, and aborts with gRPC statuses', () => {
    const config = faultConfig({ delay: { fixedDelay: '2s' }, abort: { grpcStatus: 'UNAVAILABLE' } });
    expect(config).toMatchObject({
      delay: { percentage: { numerator: 0, denominator: 'HUNDRED' } },
      abort: { grpc_status: 14 },
    });
    expect(config['abort']).not.toHaveProperty('percentage');
  });

  it('knows no exponential delay', () => {
    expect(faultConfig({ delay: { exponentialDelay: '1s' } })).not.toHaveProperty('delay');
  });
});

describe('CORS', () => {
  it('joins lists and answers preflights itself unless told to ignore them', () => {
    const policy = {
      allowOrigins: [{ exact: 'https://a.example' }, { regex: 'https://.*\\.b\\.example' }, {}],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['x-a'],
      maxAge: '24h',
      allowCredentials: false,
    };
    expect(corsConfig(policy)).toEqual({
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
      forward_not_matching_preflights: true,
      filter_enabled: { default_value: { numerator: 100, denominator: 'HUNDRED' } },
      allow_origin_string_match: [
        { exact: 'https://a.example' },
        { safe_regex: { regex: 'https://.*\\.b\\.example' } },
      ],
      allow_methods: 'GET,POST',
      allow_headers: 'x-a',
      max_age: '86400',
      allow_credentials: false,
    });
    expect(corsConfig({ unmatchedPreflights: 'IGNORE' })).toHaveProperty('forward_not_matching_preflights', false);
  });
});

describe('header operations', () => {
  it('sets before it adds, sorted, and keeps the authority apart', () => {
    const { fields, authority } = headerOperations({
      request: {
        set: { 'x-b': '1', 'x-a': '2', Host: 'new.example' },
        add: { 'x-c': '3', ':authority': 'other' },
        remove: ['x-d', ':path'],
      },
      response: { add: { 'x-e': '4' } },
    });
    expect(authority).toBe('new.example');
    expect(fields).toEqual({
      request_headers_to_add: [
        { header: { key: 'x-a', value: '2' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
        { header: { key: 'x-b', value: '1' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
        { header: { key: 'x-c', value: '3' } },
      ],
      request_headers_to_remove: ['x-d'],
      response_headers_to_add: [{ header: { key: 'x-e', value: '4' } }],
    });
  });
});
