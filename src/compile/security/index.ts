export type { AuthorizationFilters } from './authorization/filters.ts';
export { authorizationFilters } from './authorization/filters.ts';
export { authenticationFilters } from './request-authentication.ts';
