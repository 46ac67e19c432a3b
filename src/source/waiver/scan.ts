import { EVENT_ID, parseEvents, SCALAR_STYLE } from 'js-yaml';
import { codes } from '../../model/codes.ts';
import type { Waiver } from '../../model/waiver.ts';
import { parseWaiver } from './parse.ts';

/** A comment that waives: `#` at the start of a line or behind a blank, as YAML wants it. */
const comment = /(^|[ \t])#[ \t]*mesh:ignore(?![\w-])(.*)$/;

interface Line {
  text: string;
  /** Offset of its first character in the file. */
  at: number;
}

/**
 * Finds the waivers of a file. They are read from its text and not from YAML events, so that the templates of a chart and
 * the inputs of Kustomize, whose comments no renderer keeps, have theirs too: findings lead back to these files.
 *
 * A waiver covers the line that it stands on, or the next one with content where it has a line of its own, and what is
 * indented below that line. At the first line of a document it covers all of the document.
 */
export function scanWaivers(file: string, text: string): Waiver[] {
  if (!text.includes('mesh:ignore')) return [];
  const lines = linesOf(text);
  const strings = stringsOf(text);
  return lines.flatMap((line, index) => {
    const match = comment.exec(line.text);
    if (!match) return [];
    const column = match.index + (match[1]?.length ?? 0);
    const at = line.at + column;
    if (strings.some(([from, to]) => from <= at && at < to)) return [];
    const document = documentOf(lines, index);
    const own = line.text.slice(0, column).trim() === '';
    const target = own ? nextContent(lines, index + 1, document.to) : index;
    const location = { file, line: index + 1, column: column + 1 };
    const { fault, ...words } = parseWaiver(match[2] ?? '', Object.values(codes));
    const shared = { ...words, location, document: { from: document.from + 1, to: document.to + 1 } };
    const lost = target < 0 ? { message: 'it stands above nothing', fix: 'move it above the line at fault' } : fault;
    if (lost) return [{ ...shared, lines: { from: index + 1, to: index + 1 }, whole: false, fault: lost }];
    const whole = nextContent(lines, document.from, document.to) === target;
    const to = whole ? document.to : lastBelow(lines, target, document.to);
    return [{ ...shared, lines: { from: target + 1, to: to + 1 }, whole }];
  });
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let at = 0;
  for (const part of text.split('\n')) {
    lines.push({ text: part.replace(/\r$/, ''), at });
    at += part.length + 1;
  }
  return lines;
}

/** Where texts of more than one word stand, in which a `#` is no comment; none where the file is no YAML yet. */
function stringsOf(text: string): [from: number, to: number][] {
  try {
    return parseEvents(text, {}).flatMap((event): [number, number][] =>
      event.type === EVENT_ID.SCALAR && event.style !== SCALAR_STYLE.PLAIN ? [[event.valueStart, event.valueEnd]] : [],
    );
  } catch {
    return [];
  }
}

const separator = /^---(\s|$)/;

/** The document around a line; comments above the first separator belong to what follows it. */
function documentOf(lines: readonly Line[], index: number): { from: number; to: number } {
  let from = index;
  while (from > 0 && !separator.test(lines[from]?.text ?? '')) from--;
  if (separator.test(lines[from]?.text ?? '')) from++;
  let to = index;
  for (; to + 1 < lines.length; to++) {
    const ends = separator.test(lines[to + 1]?.text ?? '');
    if (ends && nextContent(lines, from, to) >= 0) break;
  }
  return { from, to };
}

/** The next line that is neither blank, a comment nor a separator; -1 where there is none. */
function nextContent(lines: readonly Line[], from: number, to: number): number {
  for (let index = from; index <= to; index++) {
    const text = lines[index]?.text.trim() ?? '';
    if (text !== '' && !text.startsWith('#') && !separator.test(text) && !text.startsWith('%')) return index;
  }
  return -1;
}

/** The last line of what stands at a line: those below it that are indented further, and a list that is not. */
function lastBelow(lines: readonly Line[], target: number, end: number): number {
  const text = lines[target]?.text ?? '';
  const depth = indent(text);
  const isItem = /^\s*-(\s|$)/.test(text);
  let last = target;
  for (let index = target + 1; index <= end; index++) {
    const line = lines[index]?.text ?? '';
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const listed = !isItem && indent(line) === depth && /^\s*-(\s|$)/.test(line);
    if (indent(line) <= depth && !listed) break;
    last = index;
  }
  return last;
}

function indent(text: string): number {
  return text.length - text.trimStart().length;
}
