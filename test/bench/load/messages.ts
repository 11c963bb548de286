/** What the generator is asked to do. */
export interface Job {
  readonly port: number;
  /** The path that the server answers at. */
  readonly path: string;
  /** The process whose CPU is measured. */
  readonly pid: number;
  /** Size of the reviews in KB. */
  readonly size: number;
  /** How many different reviews are sent in turn. */
  readonly workloads: number;
  /** Connections with one request under way on each. */
  readonly connections: number;
  /** Seconds before anything counts. */
  readonly warmUp: number;
  /** Seconds that count. */
  readonly seconds: number;
}

/** An answer to be looked at, and for which review it came. */
export interface Sample {
  readonly workload: number;
  readonly uid: string;
  readonly body: string;
}

/** What was measured. CPU and memory are missing where there is no /proc. */
export interface Measured {
  readonly requests: number;
  readonly errors: number;
  /** What the first error was. */
  readonly error?: string;
  readonly rps: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Milliseconds. */
  readonly p99: number;
  /** The server's CPU, in milliseconds for each request. */
  readonly cpuMs?: number;
  /** The server's memory at the end, in MB. */
  readonly rssMb?: number;
  /** The CPU of the generator itself, where 1 is a whole core: near that, it is the generator that is measured. */
  readonly generatorCpu: number;
  /** The first answer and the last one. */
  readonly samples: readonly Sample[];
}

/** A job's end. */
export type Reply = { readonly measured: Measured } | { readonly failed: string };
