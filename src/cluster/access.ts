import type { Agent } from 'node:http';

/** Where an API server is, and who to be there. */
export interface Access {
  /** The path of the URL, if it has one, goes before those of requests. */
  readonly server: URL;
  /**
   * Asked before each request, because tokens and certificates are renewed.
   *
   * @throws Error that says what is wrong with them.
   */
  credentials(): Promise<Credentials>;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Connections are shared for as long as these stay the same. */
  readonly tls: TlsOptions;
  /** The way through a proxy. */
  readonly agent?: Agent;
}

export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
