/** What an evaluation ends with for want of a value: the API server refuses the object then, too. */
export class CelFailure extends Error {}
