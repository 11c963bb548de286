/**
 * What callers may take of time and memory. Times are in milliseconds, sizes in bytes.
 *
 * The bound on memory that follows from the defaults, whatever callers do:
 *
 *     (webhook + ops connections) * cost of one  (4,000 + 64) * 100 KiB = 397 MiB
 *   + bodies and answers in memory                                        128 MiB
 *   + the one review that is being decided: its text twice, its objects   about 200 MiB for 7 MiB of garbage
 *
 * on top of what the idle process takes. A connection costs 7 to 16 KiB (TLS state, sockets, parser) as long as nothing
 * is unread, as `npm run fire` shows, and up to 64 KiB more, the size of one read, if requests wait behind another. Only an attack comes near
 * it: the body of a usual review is gone before the next one is read, and API servers keep few connections.
 */
export interface Limits {
  /** How long an idle connection is kept. */
  readonly keepAlive: number;
  /** For a whole request, from its first byte to the last one of its body. */
  readonly request: number;
  /** For a request's headers, for the silence after a handshake, and for the handshake. */
  readonly headers: number;
  /** From the end of a request's headers until the caller has taken the whole answer. */
  readonly exchange: number;
  /** How long a connection that is to be closed may take what is still under way in both directions. */
  readonly linger: number;
  /** How often late connections are looked for; each of the times above may be longer by this. */
  readonly sweep: number;
  /** Connections of the webhook; with one more, the one that waits for longest is closed. */
  readonly connections: number;
  /** The same for the plain listener. */
  readonly opsConnections: number;
  /** Requests that wait on one connection while another one of it is being answered. */
  readonly waiting: number;
  /** Bodies that are not complete and answers that are not taken, of all callers together. */
  readonly memory: number;
}

/** The limits of production. Tests shorten them; they are no options, because nobody could choose them better. */
export const defaultLimits: Limits = {
  // client-go keeps an idle connection for 90 s. The side that sends has to be the one that closes, or a review may be
  // sent into a connection that is just being closed here, and is lost.
  keepAlive: 120_000,
  // An API server waits for a webhook for 30 s at most (`timeoutSeconds`).
  request: 30_000,
  // Neither needs more than a few round trips.
  headers: 10_000,
  // Nobody waits for the answer any more. Longer than `request`, so that a late body gets its 408 first.
  exchange: 40_000,
  linger: 1_000,
  sweep: 5_000,
  // An API server has 600 requests in flight by default, reads included, and a connection for each at most: enough for
  // six of them. With the plain listener's it stays below 4,096 open files, a usual limit.
  connections: 4_000,
  // Probes and Prometheus are few.
  opsConnections: 64,
  // Go's client, and so the API server, never pipelines.
  waiting: 16,
  // Eighteen bodies of the largest size, or 6,000 of 20 KiB, which is more than a usual review has.
  memory: 128 * 1024 * 1024,
};
