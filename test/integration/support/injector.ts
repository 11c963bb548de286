import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle, type Engine } from '../../../src/admission/handler.js';
import { keepCertificates, type Kept } from '../../../src/certs/keep.js';
import type { Limits } from '../../../src/server/limits.js';
import { makeServer, type Addresses, type Server } from '../../../src/server/listener.js';
import type { Check } from '../../../src/server/ops.js';
import { makeLogger } from '../../../src/telemetry/logger.js';
import { makeMetrics, type Metrics } from '../../../src/telemetry/metrics.js';
import { makeObserver } from '../../../src/telemetry/observer.js';

/** A server with real certificates on free ports, put together as the composition root does it. */
export interface Injector {
  readonly server: Server;
  readonly addresses: Required<Addresses>;
  readonly metrics: Metrics;
  /** Every log line so far, as it was written. */
  readonly lines: string[];
}

export interface InjectorOptions {
  readonly engine: Engine;
  readonly certificates: Kept;
  readonly checks?: Readonly<Record<string, Check>>;
  /** What differs from the limits of production. */
  readonly limits?: Partial<Limits>;
}

/** The certificates of a new folder, which is gone again when this returns. */
export async function someCertificates(): Promise<Kept> {
  const dir = await mkdtemp(join(tmpdir(), 'ds-injector-'));
  try {
    return await keepCertificates({ dir, hosts: ['localhost', '127.0.0.1'], clock: Date.now });
  } finally {
    await rm(dir, { recursive: true });
  }
}

export async function startInjector(options: InjectorOptions): Promise<Injector> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const metrics = makeMetrics('test');
  const observe = makeObserver(makeLogger({ level: 'trace', destination }), metrics);
  const deps = { engine: options.engine, clock: () => performance.now(), observe };
  const { cert, key } = options.certificates;
  const server = makeServer({
    webhook: { host: '127.0.0.1', port: 0, cert, key },
    ops: { host: '127.0.0.1', port: 0 },
    handle: (body, remote) => handle(body, deps, remote),
    observe,
    checks: options.checks ?? {},
    metrics,
    limits: options.limits ?? {},
  });
  const { webhook, ops } = await server.start();
  if (!ops) throw new Error('the plain listener is missing');
  return { server, addresses: { webhook, ops }, metrics, lines };
}
