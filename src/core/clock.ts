/** Milliseconds since 1970, UTC. Passed in wherever time matters, so that a run can be repeated. */
export type Clock = () => number;
