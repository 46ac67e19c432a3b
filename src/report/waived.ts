import type { WaivedBy } from '../model/waiver.ts';

/** Why a finding does not count, in words: the reason, until when, who says so and where. */
export function waiverInWords({ source, reason, until, location, added }: WaivedBy): string {
  const parts = [
    ...(until === undefined ? [] : [`until ${until}`]),
    location ? `${location.file}:${location.line}` : source === 'comment' ? 'a comment' : '.mesh.yaml',
    ...(added ? ['added by this change'] : []),
  ];
  return `${reason} (${parts.join(', ')})`;
}
