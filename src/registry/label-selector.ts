import { isObject } from '../model/json.ts';
import { objects } from './objects.ts';

/** A Kubernetes label selector (matchLabels and matchExpressions) against labels. */
export function matchesSelector(selector: Record<string, unknown>, labels: Record<string, string>): boolean {
  const exact = isObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  const expressions = objects(selector['matchExpressions']);
  return (
    exact.every(([name, value]) => labels[name] === value) &&
    expressions.every((expression) => matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: Record<string, unknown>, labels: Record<string, string>): boolean {
  const value = labels[String(expression['key'])];
  const values = Array.isArray(expression['values']) ? expression['values'] : [];
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
