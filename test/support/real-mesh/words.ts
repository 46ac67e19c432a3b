import type { MeshAnswer } from './index.ts';

/** How the words of a review for an end differ from what came of it; empty where they agree or promise nothing. */
export function disagreement(words: string, answer: MeshAnswer | undefined): string {
  const [, end = '', rest = ''] = /^(\S+)(.*)$/.exec(words) ?? [];
  if (end === 'open') return '';
  const status = /^\d+$/.test(end) ? Number(end) : 0;
  const clusters = / from (.*?)(?: to | with other |, with |$)/.exec(rest)?.[1]?.split(', ') ?? [];
  const names = clusters.map((it) => it.replace(/ \([\d.]+\)$/, ''));
  const [flag] = /^ [A-Z]{2}(?:,[A-Z]+)*(?= |$|,)/.exec(rest) ?? [];
  const real = `${answer?.status} ${answer?.flags} ${answer?.cluster}`;
  if (status !== (answer?.status ?? 0)) return `"${words}" is ${real}`;
  if (names.length > 0 && answer?.cluster !== undefined && !names.includes(answer.cluster))
    return `"${words}" is ${real}`;
  if (flag !== undefined && answer?.flags !== undefined && answer.flags !== flag.trim()) return `"${words}" is ${real}`;
  return '';
}
