/** Whether every wanted label is among `labels` with the same value (istiod's `labels.Instance.SubsetOf`). */
export function isSubsetOfLabels(
  wanted: Record<string, unknown> | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}
