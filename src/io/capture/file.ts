/** A file of a capture that could not be used, and why. */
export interface FileError {
  file: string;
  message: string;
}

export class CaptureError extends Error {
  override name = 'CaptureError';
  readonly file: string;
  readonly reason: string;

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.file = file;
    this.reason = reason;
  }
}

/** Parses the text of a JSON file. @throws CaptureError for one that is empty, cut off, or no JSON at all */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CaptureError(file, describe(text, error as Error));
  }
}

function describe(text: string, error: Error): string {
  const start = text.trimStart().slice(0, 1);
  if (start === '') return 'empty';
  if (start === '<') return 'HTML or XML, not JSON';
  if (/end of JSON|Unterminated/.test(error.message))
    return `cut off after ${text.length} characters (${error.message})`;
  return `not JSON: ${error.message}`;
}
