import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observer } from '../admission/observer.js';
import type { Reply } from '../admission/handler.js';
import { malformed, type Malformed, type Problem } from '../admission/malformed.js';
import { answerText } from '../admission/review.js';
import { BODY_LIMIT, readBody } from './body.js';

export interface MutateOptions {
  /** Answers a body, see `handle()` of the admission room; counts what is malformed by itself. */
  readonly handle: (body: Buffer, remote: string) => Reply;
  /** Hears of calls that do not get as far as `handle`. */
  readonly observe: Pick<Observer, 'malformed'>;
}

export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * How long the rest of a refused body is thrown away before the connection is cut, in milliseconds. Closing at once
 * would reset the connection under a caller that still sends, and the reset can overtake the answer.
 */
const LINGER = 1_000;

/**
 * Makes the handler of `/mutate`, for requests of any method.
 *
 * It is a plain node handler, because express doubles the CPU of a review. A call that holds no review is answered
 * with a sentence in `text/plain`.
 */
export function makeMutate(options: MutateOptions): RawHandler {
  return (request, response) => {
    serve(request, response, options).catch(() => {
      // Only an observer that throws gets here, and so there is nobody left to tell but the caller.
      response.destroy();
    });
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: MutateOptions,
): Promise<void> {
  const remote = request.socket.remoteAddress ?? '';
  const problem = problemOfHead(request);
  const body = problem ?? (await readBody(request));
  if (typeof body === 'string') {
    const refusal = malformed(body);
    options.observe.malformed({ problem: body, status: refusal.status, remote });
    refuse(request, response, refusal);
    return;
  }
  send(response, options.handle(body, remote));
}

/** What is wrong with a call even before its body is read. */
function problemOfHead({ method, headers }: IncomingMessage): Problem | undefined {
  if (method !== 'POST') return 'wrong_method';
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) return 'wrong_content_encoding';
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return 'wrong_content_type';
  }
  return Number(headers['content-length'] ?? 0) > BODY_LIMIT ? 'too_large' : undefined;
}

function send(response: ServerResponse, { status, answer }: Reply): void {
  const json = typeof answer !== 'string';
  const body = json ? answerText(answer) : `${answer}\n`;
  response.writeHead(status, { ...(json ? JSON_TYPE : TEXT_TYPE), ...lengthOf(body) }).end(body);
}

const JSON_TYPE = { 'content-type': 'application/json' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
const lengthOf = (body: string): { 'content-length': number } => ({
  'content-length': Buffer.byteLength(body),
});

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Malformed): void {
  if (refusal.problem === 'wrong_method') response.setHeader('allow', 'POST');
  if (refusal.problem === 'too_large') linger(request, response, refusal);
  else send(response, { status: refusal.status, answer: refusal.message });
}

/**
 * Sends the whole answer but keeps the response open until the caller has sent its body, hung up, or taken too long;
 * only the end of a response makes node close the connection.
 */
function linger(request: IncomingMessage, response: ServerResponse, refusal: Malformed): void {
  const body = `${refusal.message}\n`;
  response.writeHead(refusal.status, { ...TEXT_TYPE, ...lengthOf(body), connection: 'close' });
  response.write(body);
  const done = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(done, LINGER);
  request.once('end', done).once('close', done).resume();
}
