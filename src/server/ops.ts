import { setTimeout as pause } from 'node:timers/promises';
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
} from 'express';

/** Says what is not ready yet, as a clause for a person, or undefined if all is well. Quick, and needs no network. */
export type Check = () => string | undefined;

export interface OpsOptions {
  readonly checks: Readonly<Record<string, Check>>;
  readonly metrics: Metrics;
}

/** The page of metrics: its text and the Content-Type that goes with it. */
export interface Metrics {
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/**
 * Makes the pages for operators: `/healthz`, `/readyz`, `/metrics`; anything else is not found.
 *
 * `/healthz` says that the process answers and nothing more: a restart would not cure what `/readyz` complains about.
 */
export function makeOps({ checks, metrics }: OpsOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.get('/healthz', (_request, response) => {
    plain(response, 200, 'ok');
  });
  app.get('/readyz', readyz(checks));
  const page = gather(metrics.text);
  app.get('/metrics', async (_request, response) => {
    // node's own end(), because express would add a charset to the exposition format's Content-Type.
    const text = await page();
    response.status(200).setHeader('content-type', metrics.contentType).end(text);
  });
  app.use((_request, response) => {
    plain(response, 404, 'not found: try /healthz, /readyz or /metrics');
  });
  app.use(failed);
  return app;
}

/** Milliseconds between two pages of metrics. */
const PAGE_INTERVAL = 50;

/**
 * Makes one page for everybody who asks within an interval, at its end, so that it is never older than the question. A
 * page takes milliseconds from the reviews, and a few bytes ask for it.
 */
function gather(make: () => Promise<string>): () => Promise<string> {
  let rest: Promise<unknown> = Promise.resolve();
  let next: Promise<string> | undefined;
  return () =>
    (next ??= rest.then(() => {
      next = undefined;
      rest = pause(PAGE_INTERVAL, undefined, { ref: false });
      return make();
    }));
}

const plain = (response: Response, status: number, text: string): void => {
  response.status(status).type('text/plain').send(`${text}\n`);
};

const readyz =
  (checks: OpsOptions['checks']): RequestHandler =>
  (_request, response) => {
    const failures = Object.entries(checks).flatMap(([name, check]) => {
      const problem = outcomeOf(check);
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    plain(response, failures.length === 0 ? 200 : 503, failures.join('\n') || 'ok');
  };

/** A check that throws is a failed one: a probe must get an answer. */
function outcomeOf(check: Check): string | undefined {
  try {
    return check();
  } catch {
    return 'the check itself failed';
  }
}

/** Express's own last handler would send the stack. It knows this one by its four parameters. */
const failed: ErrorRequestHandler = (_error, _request, response, _next) => {
  plain(response, 500, 'the page could not be made');
};
