/**
 * What happened and what can be done about it, in one text: an advice that is a sentence of its own follows after a full
 * stop, one that goes on in small letters after a semicolon.
 *
 * @param advice undefined or empty where there is none
 */
export function withAdvice(message: string, advice: string | undefined): string {
  if (!advice) return message;
  if (/[.!?]$/.test(message)) return `${message} ${advice[0]?.toUpperCase()}${advice.slice(1)}`;
  return `${message}${/^[A-Z]/.test(advice) ? '.' : ';'} ${advice}`;
}
