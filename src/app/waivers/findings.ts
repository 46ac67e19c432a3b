import { codes } from '../../model/codes.ts';
import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import type { Known, Written } from './written.ts';

/**
 * Whether a run looked for everything that a waiver can cover: its codes, all proxies, all objects. Where it did not, a
 * waiver that covers nothing may be of use in another run.
 */
export type Judged = (written: Written) => boolean;

/** What is to be said of one waiver. */
export function waiverFindings(written: Written, known: Known, judged: Judged): Finding[] {
  const fault = 'comment' in written ? written.comment.fault : undefined;
  if (fault)
    return [
      finding(written, {
        code: codes.waiverRefused,
        severity: 'warning',
        message: `the waiver does not count: ${fault.message}`,
        effect: 'the findings that it is meant for count.',
        fix: `${fault.fix}.`,
      }),
    ];
  const uses = known.uses(written.rule);
  const what = written.codes.length > 0 ? written.codes.join(', ') : [written.resource, written.field].join(' ').trim();
  const found: Finding[] = [];
  if (written.ended(known.today))
    found.push(
      finding(written, {
        code: codes.waiverExpired,
        severity: 'warning',
        message: `the waiver of ${what} ended on ${written.until}`,
        effect: 'the findings that it covered count again.',
        fix: 'put right what it covers, and delete it; or give it another date.',
      }),
    );
  else if (uses === 0 && judged(written))
    found.push(
      finding(written, {
        code: codes.waiverUnused,
        severity: 'info',
        message: `the waiver of ${what} covers nothing`,
        effect: 'none now; later it would hide a finding that nobody has looked at.',
        fix: 'delete it.',
      }),
    );
  if (known.added(written))
    found.push(
      finding(written, {
        code: codes.waiverAdded,
        severity: 'info',
        message: `this change adds a waiver of ${what}${written.until === undefined ? '' : ` until ${written.until}`}: ${written.reason}`,
        effect: `${counted(uses, 'finding')} ${uses === 1 ? 'does' : 'do'} not count because of it.`,
        fix: 'see whether the reason holds.',
      }),
    );
  return found;
}

function finding(
  { resource, field, location }: Written,
  said: Pick<Finding, 'code' | 'severity' | 'message' | 'effect' | 'fix'>,
): Finding {
  return {
    ...said,
    kind: 'waiver',
    resource,
    field,
    ...(location === undefined ? {} : { location }),
    proxies: [],
    layer: 'config',
    related: [],
  };
}
