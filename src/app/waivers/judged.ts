import type { Judged } from './findings.ts';

/** What a run looked for. */
export interface Extent {
  /** Whether Git and the API server were compared. */
  git?: boolean;
  /** Whether the proxies' own dumps were read. */
  proxies?: boolean;
  /** Whether rules judged the configuration. */
  rules?: boolean;
  /** Whether the rolling out of a change was judged. */
  hazards?: boolean;
  /** Whether it spoke of all proxies, and could read all. */
  whole: boolean;
  /** Whether all of Git was read that the project file speaks of. */
  allOfGit: boolean;
}

/** Says of which waivers a run can tell that they cover nothing. */
export function judgedBy(extent: Extent): Judged {
  const covered = (code: string): boolean => extent[partOf(Number(code.slice('MESH'.length)))] === true;
  return (written) => {
    if (!extent.whole || (!('comment' in written) && !extent.allOfGit)) return false;
    const { codes } = written;
    return codes.length > 0 ? codes.every(covered) : [extent.git, extent.proxies, extent.rules].every((it) => it);
  };
}

/** Codes below 10 are of Git and the API server, below 100 of proxies, 160 to 169 of a rollout; the others are rules'. */
function partOf(code: number): 'git' | 'proxies' | 'rules' | 'hazards' {
  if (code < 10) return 'git';
  if (code < 100) return 'proxies';
  return code >= 160 && code < 170 ? 'hazards' : 'rules';
}
