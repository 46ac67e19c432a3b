/** Cuts a text that nobody reads to its end (a certificate, a script), and says how much is left out. */
export function shortened(text: string, longest = 500): string {
  if (text.length <= longest) return text;
  // Whole characters only: half a surrogate pair is none.
  const kept = text.slice(0, longest - 60).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (${text.length - kept.length} more characters; -o json has all)`;
}
