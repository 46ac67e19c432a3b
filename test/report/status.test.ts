import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { runStatus } from '../../src/app/run-status.ts';
import { statusReporters } from '../../src/report/status.ts';

const style = { color: false, width: 100 };
const { report } = await runStatus(
  { capture: 'fixtures/recordings/1.29/fault-nack-lua/capture' },
  ['shop/cart', 'shop/frontend'],
  'test',
  AbortSignal.timeout(30_000),
);

describe('formats of status', () => {
  it('JSON and YAML hold to their schema, and are one', () => {
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync('docs/schema/status.schema.json', 'utf8')));
    const json = JSON.parse(statusReporters.json(report, style));
    expect(validate(json) || validate.errors).toBe(true);
    expect(load(statusReporters.yaml(report, style))).toEqual(json);
    expect(validate({ ...json, takenAt: undefined })).toBe(false);
  });

  it('text has a row a proxy in columns, and what is found below', () => {
    const lines = statusReporters.text(report, style).split('\n');
    expect(lines[0]).toMatch(/^PROXY +STATE +CDS +LDS +EDS +RDS +ECDS +ISTIOD +VERSION$/);
    expect(lines[1]).toMatch(
      /^shop\/cart-v1-7d7bd9fd8c-r8zwz +rejected +SYNCED +REJECTED 9 s +SYNCED +SYNCED +IGNORED/,
    );
    expect(lines[2]).toMatch(/^shop\/frontend-v1-6dddf95df-b695w +synced +SYNCED/);
    expect(lines.join('\n')).toContain('without listener virtualInbound');
    expect(statusReporters.wide(report, style)).toMatch(/CERTIFICATE +RESTART\n.*left +without listener/);
  });

  it('control characters from a proxy never get to a terminal', () => {
    const [first] = report.proxies;
    const evil = { ...report, proxies: [{ ...first!, versions: { istio: '\u001b[2J', envoy: null } }] };
    const text = statusReporters.text(evil, { ...style, color: true });
    expect(text).toContain('\\u001b[2J');
    expect(text).not.toContain('\u001b[2J');
  });
});
