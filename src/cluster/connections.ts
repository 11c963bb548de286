import {
  Agent as HttpAgent,
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Access, Credentials, TlsOptions } from './access.js';

/** Milliseconds after which the kernel asks whether the other side is still there; ten seconds later it gives up. */
const PROBE_AFTER = 15_000;
/** Milliseconds for which a connection that nobody uses is kept; API servers keep them for 90 seconds. */
const IDLE = 60_000;

export interface OpenOptions extends Pick<RequestOptions, 'method' | 'signal'> {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Connections with one API server, which all requests share while the credentials for TLS stay the same. */
export interface Connections {
  /** @throws Error if there are no credentials. */
  open(options: OpenOptions): Promise<ClientRequest>;
  /** Cuts all requests. */
  close(): void;
}

/** Makes connections; nothing is connected before the first request. */
export function makeConnections(access: Access): Connections {
  const { server } = access;
  const secure = server.protocol === 'https:';
  const make = secure ? httpsRequest : httpRequest;
  const agents = makeAgents(secure);
  const prefix = server.pathname.replace(/\/$/, '');
  const place = {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port || (secure ? 443 : 80),
  };
  return {
    open: async ({ path, headers: own, ...options }) => {
      const given = await access.credentials();
      const request = make({
        ...options,
        ...place,
        path: `${prefix}${path}`,
        headers: { ...own, ...given.headers },
        agent: agents.agentFor(given),
      });
      // For who has lost interest in the meantime; whoever waits for an answer listens as well.
      request.on('error', () => undefined);
      // The agent's own option for it is lost where the connection is encrypted.
      return request.once('socket', (socket) => socket.setKeepAlive(true, PROBE_AFTER));
    },
    close: () => {
      agents.close();
    },
  };
}

interface Agents {
  agentFor(credentials: Credentials): Agent;
  close(): void;
}

function makeAgents(secure: boolean): Agents {
  const all = new Set<Agent>();
  let latest: { readonly key: string; readonly agent: Agent } | undefined;
  /** Requests under way, watches among them, end on the connections that they have. */
  const forgetUnused = (): void => {
    for (const agent of all) if (Object.keys(agent.sockets).length === 0) all.delete(agent);
  };
  return {
    agentFor: ({ tls, agent }) => {
      const key = JSON.stringify(tls);
      if (latest?.key !== key) {
        forgetUnused();
        latest = { key, agent: agent ?? sharedAgent(secure, tls) };
        all.add(latest.agent);
      }
      return latest.agent;
    },
    close: () => {
      for (const agent of all) agent.destroy();
    },
  };
}

function sharedAgent(secure: boolean, tls: TlsOptions): Agent {
  const options = { keepAlive: true, timeout: IDLE };
  return secure ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
}
