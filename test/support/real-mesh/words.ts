import type { MeshAnswer } from './index.ts';

/** How the words of a review for an end differ from what came of it; empty where they agree or promise nothing. */
export function disagreement(words: string, answer: MeshAnswer | undefined): string {
  const [, end = '', rest = ''] = /^(\S+)(.*)$/.exec(words) ?? [];
  // What somebody outside answers, or chance decides.
  if (end === 'open' || end === 'passed' || / % /.test(words)) return '';
  const status = end === 'connected' ? 200 : /^\d+$/.test(end) ? Number(end) : 0;
  const from = end === 'connected' ? / to (.*?)(?:, with |$)/ : / from (.*?)(?: to |, with |$)/;
  const clusters = from.exec(rest)?.[1]?.split(', ') ?? [];
  const names = clusters.map((it) => it.replace(/ \([\d.]+\)$/, ''));
  const [flag] = /^ [A-Z]{2}(?:,[A-Z]+)*(?= |$|,)/.exec(rest) ?? [];
  const real = `${answer?.status} ${answer?.flags} ${answer?.cluster}`;
  if (status !== (answer?.status ?? 0)) return `"${words}" is ${real}`;
  const cluster = answer?.cluster ?? '-';
  if (names.length > 0 && cluster !== '-' && !names.includes(cluster)) return `"${words}" is ${real}`;
  if (flag !== undefined && answer?.flags !== undefined && answer.flags !== flag.trim()) return `"${words}" is ${real}`;
  return '';
}
