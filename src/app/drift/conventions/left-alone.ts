import { codes } from '../../../model/codes.ts';
import type { Finding } from '../../../model/finding.ts';
import type { Convention } from './index.ts';

/** The finding of a difference that the tool which applies Git is told to leave: a note that says by whom. */
export function leftAlone(finding: Finding, convention: Convention | undefined): Finding {
  if (!convention || finding.code === codes.controllerOwned) return finding;
  const { by, location } = convention;
  return {
    ...finding,
    code: codes.leftAlone,
    severity: 'info',
    message: `${finding.message}; ${by} leaves it so${location ? ` (${location.file}:${location.line})` : ''}`,
    fix: 'none where that is meant; else take it out of there.',
    related: [...finding.related, { message: `left alone by ${by}`, ...(location ? { location } : {}) }],
  };
}
